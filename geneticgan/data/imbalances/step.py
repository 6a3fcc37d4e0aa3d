"""Imbalance ``step``."""

from __future__ import annotations

from geneticgan.data.profile import Profile


class Step(Profile):
    """The first half of the classes (the larger one) is large, the other half small.

    Parameters
    ----------
    ratio : float
        The largest count over the smallest, >= 1.
    largest : int
        The number of images of the largest class; 0 for as many as the images allow.
    """

    def shares(self, classes: int) -> list[float]:
        """Return 1 for the first half and 1 / ratio for the other."""
        return [1.0 if 2 * k < classes else 1 / self.ratio for k in range(classes)]
