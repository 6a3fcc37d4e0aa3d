"""Test parts that are held out from data sets without one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geneticgan.data.dataset import UNTOUCHED, Images, Int64Array, Preprocessing, Source
from geneticgan.data.grouping import hold_out_groups
from geneticgan.errors import DataError, some
from geneticgan.seeding import numpy_stream

TEST_SHARE = 5
"""One in this many images of each class is held out."""


def with_test_part(
    everything: Images, names: Sequence[str], preprocessing: Preprocessing = UNTOUCHED
) -> Source:
    """Hold out a fifth of each class as a test part; a split redraws it by the run's seed.

    The mean of the classes' recalls does not need classes of equal size, and cutting frequent
    classes to the size of the rarest would leave only a handful of test images.

    Parameters
    ----------
    everything : Images
        All images.
    names : sequence of str
        The names of the classes.
    preprocessing : Preprocessing
        How image files were preprocessed.

    Raises
    ------
    DataError
        If classes have fewer than two images; all of them are named.
    """
    few = too_few(everything.labels, names)
    if few:
        raise DataError(few)
    held = draw_test(everything, names, seed=0)
    every = np.arange(len(everything), dtype=np.int64)
    kept = np.setdiff1d(every, held, assume_unique=True)
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

    If images have groups, whole groups are drawn, and the shares approximate a fifth.

    Parameters
    ----------
    everything : Images
        The images to draw from.
    names : sequence of str
        The names of the classes.
    seed : int
        The seed of the draw.

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
