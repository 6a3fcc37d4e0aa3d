"""Imbalance ``auto``."""

from __future__ import annotations

from collections.abc import Sequence

from geneticgan.data.imbalance import Imbalance


class Auto(Imbalance):
    """The data set's own counts if it has any (the paper's Table III), else all images."""

    def counts(
        self,
        available: Sequence[int],
        default: tuple[int, ...] | None = None,
        largest: int | None = None,
    ) -> tuple[int, ...] | None:
        """Return the data set's own counts."""
        return default
