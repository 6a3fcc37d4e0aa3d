"""Imbalance ``table-iii``."""

from __future__ import annotations

from collections.abc import Sequence

from geneticgan.data.imbalance import Imbalance
from geneticgan.errors import DataError


class TableIII(Imbalance):
    """The counts of the paper's Table III: the data set's own, which it must have."""

    def counts(
        self,
        available: Sequence[int],
        default: tuple[int, ...] | None = None,
        largest: int | None = None,
    ) -> tuple[int, ...] | None:
        """Return the data set's own counts."""
        if default is None:
            raise DataError(
                "this data set has no counts in the paper's Table III; take all its images by "
                "--imbalance as-is, or name the images of each class, as in counts:400,200,100"
            )
        return default
