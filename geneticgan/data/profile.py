"""The base class of imbalances in which each class has a given share of the largest count."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence

from geneticgan.data.imbalance import Imbalance


class Profile(Imbalance):
    """An imbalance with fixed proportions between the counts of the classes.

    Parameters
    ----------
    ratio : float
        The ratio of the largest to the smallest count, at least 1.
    largest : int
        The number of images of the largest class; 0 for the maximum that the available images
        allow.
    """

    def __init__(self, ratio: float = 100.0, largest: int = 0) -> None:
        if not 1 <= ratio < math.inf:
            raise ValueError(f"ratio must be at least 1, got {ratio}")
        if largest < 0:
            raise ValueError(f"largest must be at least 0 (0 for the maximum), got {largest}")
        self.ratio = ratio
        self.largest = largest

    @abstractmethod
    def shares(self, classes: int) -> list[float]:
        """Return the count of each class as a share of the largest, from 1 down to 1 / ratio.

        Parameters
        ----------
        classes : int
            The number of classes, at least 2.
        """

    def counts(
        self,
        available: Sequence[int],
        default: tuple[int, ...] | None = None,
        largest: int | None = None,
    ) -> tuple[int, ...] | None:
        """Return the counts of the profile, at least 1 for each class.

        Parameters
        ----------
        available : sequence of int
            The number of available images of each class.
        default, largest
            Not used.
        """
        shares = self.shares(len(available))
        feasible = min(int(have / share) for have, share in zip(available, shares, strict=True))
        return tuple(max(1, round((self.largest or feasible) * share)) for share in shares)
