"""Imbalances in which every class has a share of what the largest has."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence

from geneticgan.data.imbalance import Imbalance


class Profile(Imbalance):
    """Counts in fixed proportions, as large as the images allow or as asked for.

    Parameters
    ----------
    ratio : float
        Largest over smallest count, >= 1.
    largest : int
        Images of the largest class; 0 is as many as there are enough images for.
    """

    def __init__(self, ratio: float = 100.0, largest: int = 0) -> None:
        if not 1 <= ratio < math.inf:
            raise ValueError(f"ratio must be at least 1, got {ratio}")
        if largest < 0:
            raise ValueError(f"largest must be at least 0 (as many as there are), got {largest}")
        self.ratio = ratio
        self.largest = largest

    @abstractmethod
    def shares(self, classes: int) -> list[float]:
        """Return each class's count as a share of the largest: from 1 down to 1 / ratio.

        Parameters
        ----------
        classes : int
            How many, >= 2.
        """

    def counts(
        self,
        available: Sequence[int],
        default: tuple[int, ...] | None = None,
        largest: int | None = None,
    ) -> tuple[int, ...] | None:
        """Return the counts of the profile."""
        shares = self.shares(len(available))
        feasible = min(int(have / share) for have, share in zip(available, shares, strict=True))
        return tuple(max(1, round((self.largest or feasible) * share)) for share in shares)
