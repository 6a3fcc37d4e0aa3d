"""Which images a batch holds: indices as a function of seed, name and the batch's number."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from geneticgan.data.dataset import Int64Array
from geneticgan.seeding import numpy_stream

Plan = Callable[[int], Int64Array]
"""From the number of a batch to the indices of its images."""


class Draws:
    """Draws indices of a training set's images.

    Parameters
    ----------
    labels : array of int64
        Shape (N,), of the images.
    classes : int
        How many classes there are, each with at least one image.
    seed : int
        Of the draws.
    name : str
        Which stream of the seed: users with different names draw independently.
    """

    def __init__(self, labels: Int64Array, classes: int, seed: int, name: str) -> None:
        self._classes = classes
        self._seed = seed
        self._name = name
        self._counts = np.bincount(labels, minlength=classes)
        self._by_class = np.argsort(labels, kind="stable")
        self._offsets = np.concatenate([[0], np.cumsum(self._counts)[:-1]])

    def balanced(self, number: int, batch_size: int) -> Int64Array:
        """Return indices of batch ``number``, shape (B,), with labels uniform over the classes."""
        rng = numpy_stream(self._seed, self._name, number)
        labels = rng.integers(self._classes, size=batch_size)
        within = (rng.random(batch_size) * self._counts[labels]).astype(np.int64)
        chosen: Int64Array = self._by_class[self._offsets[labels] + within]
        return chosen

    def natural(self, number: int, batch_size: int) -> Int64Array:
        """Return indices of batch ``number``, shape (B,), with every image equally likely."""
        rng = numpy_stream(self._seed, self._name, number)
        return rng.integers(len(self._by_class), size=batch_size)
