"""Making a data set imbalanced: counts by class and the subset drawn by a seed. No torch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geneticgan.data.dataset import Int64Array
from geneticgan.errors import DataError

TABLE_III_28 = (4000, 2000, 1000, 750, 500, 350, 200, 100, 60, 40)
"""Training images by class for MNIST and Fashion-MNIST (paper, Table III)."""


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
    return tuple(round(largest * ratio ** (-k / (classes - 1))) for k in range(classes))


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
