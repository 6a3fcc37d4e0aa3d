"""Making a data set imbalanced: counts by class and the subset drawn by a seed. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geneticgan.data.dataset import Int64Array
from geneticgan.errors import DataError

TABLE_III_28 = (4000, 2000, 1000, 750, 500, 350, 200, 100, 60, 40)
"""Training images by class for MNIST and Fashion-MNIST (paper, Table III)."""


TABLE_III_32 = (4500, 2000, 1000, 800, 600, 500, 400, 250, 150, 80)
"""For CIFAR-10 and SVHN."""

TABLE_III_FIVE = (15000, 1500, 750, 300, 150)
"""For CelebA and LSUN."""

RATIOS = (10, 50, 100)
"""Imbalance ratios of the two-class setting (paper, Table II)."""


@dataclass(frozen=True)
class Imbalance:
    """What imbalance is asked for; the first that is given of these decides.

    Attributes
    ----------
    counts : tuple of int or None
        Images of each class.
    profile : str or None
        ``exponential``: counts fall geometrically from the first class to the last. ``step``:
        the first half of the classes (the larger one) is large, the other small.
    setting : str
        ``multi-class``: the data set's own counts. ``two-class``: a majority and a minority.
        ``as-is``: all images there are.
    ratio : float or None
        Largest over smallest count, of a profile or of two classes.
    largest : int or None
        Images of the largest class, of a profile or of two classes; None is as many as there
        are enough images for, with two classes no more than the paper takes of that data set.
    """

    counts: tuple[int, ...] | None = None
    profile: str | None = None
    setting: str = "multi-class"
    ratio: float | None = None
    largest: int | None = None

    def resolve(
        self,
        available: Sequence[int],
        default_counts: tuple[int, ...] | None,
        usual_largest: int | None = None,
    ) -> tuple[int, ...] | None:
        """Return the images wanted of each class; None takes all there are.

        Parameters
        ----------
        available : sequence of int
            Images of each class there are.
        default_counts : tuple of int or None
            The data set's own, for ``multi-class``.
        usual_largest : int or None
            The data set's own limit to the majority of two classes.
        """
        if self.counts is not None:
            return self.counts
        if self.profile is None and self.setting != "two-class":
            return default_counts if self.setting == "multi-class" else None
        profile = self.profile or "exponential"
        shares = profile_shares(profile, len(available), self.ratio or float(RATIOS[-1]))
        feasible = min(int(have / share) for have, share in zip(available, shares, strict=True))
        if self.profile is None and usual_largest is not None:
            feasible = min(feasible, usual_largest)
        largest = feasible if self.largest is None else self.largest
        return tuple(max(1, round(largest * share)) for share in shares)


def profile_shares(profile: str, classes: int, ratio: float) -> list[float]:
    """Return each class's count as a share of the largest: from 1 down to 1 / ratio.

    Parameters
    ----------
    profile : {"exponential", "step"}
        How they fall.
    classes : int
        How many, >= 2.
    ratio : float
        Largest over smallest, >= 1.
    """
    if profile == "exponential":
        return [ratio ** (-k / (classes - 1)) for k in range(classes)]
    return [1.0 if 2 * k < classes else 1 / ratio for k in range(classes)]


def exponential_counts(largest: int, classes: int, ratio: float) -> tuple[int, ...]:
    """Return counts that fall geometrically from the largest to largest / ratio.

    Parameters
    ----------
    largest : int
        Images of the first class.
    classes : int
        How many classes, >= 2.
    ratio : float
        Largest over smallest count, >= 1.
    """
    return tuple(round(largest * s) for s in profile_shares("exponential", classes, ratio))


def imbalance_ratio(counts: Sequence[int]) -> float:
    """Return the largest count over the smallest (the paper's IR)."""
    return max(counts) / min(counts)


def draw_subset(
    labels: Int64Array,
    counts: Sequence[int],
    class_names: Sequence[str],
    rng: np.random.Generator,
) -> Int64Array:
    """Draw a number of images of each class without replacement.

    Parameters
    ----------
    labels : array of int64
        Shape (N,), of the images there are.
    counts : sequence of int
        Images wanted of each class.
    class_names : sequence of str
        For messages.
    rng : numpy.random.Generator
        Draws the subset.

    Returns
    -------
    array of int64
        Sorted positions into ``labels``.

    Raises
    ------
    DataError
        If the number of counts is not the number of classes, a count is below 1, or a class has
        fewer images than asked for.
    """
    if len(counts) != len(class_names):
        raise DataError(
            f"{len(counts)} counts were given for {len(class_names)} classes "
            f"({', '.join(class_names)}); give one count a class"
        )
    chosen = []
    for label, count in enumerate(counts):
        members = np.flatnonzero(labels == label)
        if not 1 <= count <= len(members):
            raise DataError(
                f"class {class_names[label]!r} has {len(members)} training images, but {count} "
                "were asked for; lower its count (at least 1)"
            )
        chosen.append(rng.permutation(members)[:count])
    return np.sort(np.concatenate(chosen)).astype(np.int64)


def smallest_class(counts: Sequence[int]) -> int:
    """Return the label with the fewest images (the last such)."""
    return min(range(len(counts)), key=lambda label: (counts[label], -label))
