"""Imbalance ``exponential``."""

from __future__ import annotations

from geneticgan.data.profile import Profile


class Exponential(Profile):
    """Counts that fall geometrically from the first class to the last.

    Parameters
    ----------
    ratio : float
        The largest count over the smallest, >= 1.
    largest : int
        The number of images of the largest class; 0 for as many as the images allow.
    """

    def shares(self, classes: int) -> list[float]:
        """Return powers of the ratio, evenly spaced."""
        return exponential_shares(classes, self.ratio)


def exponential_shares(classes: int, ratio: float) -> list[float]:
    """Return each class's count as a share of the first's: from 1 to 1 / ratio.

    Parameters
    ----------
    classes : int
        The number of classes, >= 2.
    ratio : float
        The first count over the last, >= 1.
    """
    return [ratio ** (-k / (classes - 1)) for k in range(classes)]


def exponential_counts(largest: int, classes: int, ratio: float) -> tuple[int, ...]:
    """Return counts that fall geometrically from the largest to largest / ratio.

    Parameters
    ----------
    largest : int
        The number of images of the first class.
    classes : int
        The number of classes, >= 2.
    ratio : float
        The largest count over the smallest, >= 1.
    """
    return tuple(round(largest * share) for share in exponential_shares(classes, ratio))
