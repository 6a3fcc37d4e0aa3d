"""Imbalance ``as-is``."""

from __future__ import annotations

from collections.abc import Sequence

from geneticgan.data.imbalance import Imbalance


class AsIs(Imbalance):
    """All training images."""

    def counts(
        self,
        available: Sequence[int],
        default: tuple[int, ...] | None = None,
        largest: int | None = None,
    ) -> tuple[int, ...] | None:
        """Return None: nothing is left out."""
        return None
