"""Test parts, held out where a data set has none of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geneticgan.data.dataset import UNTOUCHED, Images, Int64Array, Preprocessing, Source
from geneticgan.data.grouping import hold_out_groups
from geneticgan.errors import DataError, some
from geneticgan.seeding import numpy_stream

TEST_SHARE = 5
"""One in so many images of each class is held out."""


def with_test_part(
    everything: Images, names: Sequence[str], preprocessing: Preprocessing = UNTOUCHED
) -> Source:
    """Hold out a test part, a fifth of each class; a split draws it anew by the run's seed.

    The mean of the classes' recalls needs no test part of equal classes, and cutting the frequent
    classes to the size of the rarest would leave a handful of images to judge by.

    Parameters
    ----------
    everything : Images
        All there are.
    names : sequence of str
        Of the classes.
    preprocessing : Preprocessing
        What was done to image files.

    Raises
    ------
    DataError
        If classes have fewer than two images; all of them are named.
    """
    few = too_few(everything.labels, names)
    if few:
        raise DataError(few)
    held = draw_test(everything, names, seed=0)
    kept = np.setdiff1d(np.arange(len(everything), dtype=np.int64), held)
    joined = everything.take(np.concatenate([kept, held]))
    return Source(
        joined.between(0, len(kept)),
        joined.between(len(kept), len(joined)),
        tuple(names),
        held_out=True,
        preprocessing=preprocessing,
        joined=joined,
    )


def too_few(labels: Int64Array, names: Sequence[str]) -> str:
    """Name the classes that are too small for a test part, with their counts; empty if none is."""
    counts = np.bincount(labels, minlength=len(names))
    few = [
        f"class {name!r} has {count} image{'s' * bool(count != 1)}"
        for name, count in zip(names, counts, strict=True)
        if count < 2
    ]
    if not few:
        return ""
    return f"{some(few)}; at least two are needed, one of them for the test part"


def draw_test(everything: Images, names: Sequence[str], seed: int) -> Int64Array:
    """Return the positions of a test part, sorted: a fifth of each class, at least one image.

    Where images have groups, whole groups are drawn, and a fifth is what the shares come near to.

    Parameters
    ----------
    everything : Images
        To draw from.
    names : sequence of str
        Of the classes.
    seed : int
        Draws it.

    Raises
    ------
    DataError
        If the groups do not allow it.
    """
    rng = numpy_stream(seed, "test part")
    labels, groups = everything.labels, everything.groups
    if groups is not None:
        return hold_out_groups(labels, groups, names, 1 / TEST_SHARE, rng, "test")
    members = (np.flatnonzero(labels == label) for label in range(len(names)))
    drawn = [rng.permutation(m)[: max(1, len(m) // TEST_SHARE)] for m in members]
    return np.sort(np.concatenate(drawn)).astype(np.int64)
