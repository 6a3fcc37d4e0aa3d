"""Test parts: held out where there is none, and balanced."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geneticgan.data.dataset import Images, Int64Array, Source
from geneticgan.errors import DataError
from geneticgan.seeding import numpy_stream

TEST_SHARE = 5
"""One in so many images of the smallest class, and as many of each other class, is held out."""


def with_test_part(everything: Images, names: Sequence[str], stream: str) -> Source:
    """Hold out a balanced test part, the same whatever the run's seed.

    Parameters
    ----------
    everything : Images
        All there are.
    names : sequence of str
        Of the classes.
    stream : str
        Names the draw.

    Raises
    ------
    DataError
        If a class has fewer than two images.
    """
    counts = everything.counts(len(names))
    for name, count in zip(names, counts, strict=True):
        if count < 2:
            raise DataError(
                f"class {name!r} has {count} image{'s' * (count != 1)}; at least two are needed, "
                "one of them for the test part"
            )
    each = max(1, min(counts) // TEST_SHARE)
    held = _draw_each(everything.labels, len(names), each, stream)
    kept = np.setdiff1d(np.arange(len(everything), dtype=np.int64), held)
    return Source(everything.take(kept), everything.take(held), tuple(names))


def balanced(test: Images, classes: int) -> Images:
    """Return as many images of every class as the smallest one has, always the same ones."""
    counts = test.counts(classes)
    if len(set(counts)) == 1:
        return test
    return test.take(_draw_each(test.labels, classes, min(counts), "balanced test"))


def _draw_each(labels: Int64Array, classes: int, each: int, stream: str) -> Int64Array:
    rng = numpy_stream(0, stream)
    members = (np.flatnonzero(labels == label) for label in range(classes))
    return np.sort(np.concatenate([rng.permutation(m)[:each] for m in members])).astype(np.int64)
