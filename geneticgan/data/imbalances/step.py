"""Imbalance ``step``."""

from __future__ import annotations

from collections.abc import Sequence

from geneticgan.data.imbalance import Imbalance, check_profile, profile_shares, scaled_counts


class Step(Imbalance):
    """The first half of the classes (the larger one) is large, the other half small.

    Parameters
    ----------
    ratio : float
        Largest over smallest count, >= 1.
    largest : int
        Images of the largest class; 0 is as many as there are enough images for.
    """

    def __init__(self, ratio: float = 100.0, largest: int = 0) -> None:
        check_profile(ratio, largest)
        self.ratio = ratio
        self.largest = largest

    def counts(
        self,
        available: Sequence[int],
        default: tuple[int, ...] | None = None,
        largest: int | None = None,
    ) -> tuple[int, ...] | None:
        """Return the counts of the profile."""
        shares = profile_shares("step", len(available), self.ratio)
        return scaled_counts(shares, available, self.largest)
