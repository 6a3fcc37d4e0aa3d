"""The images of each batch, as indices that depend on seed, name and the batch's number."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from geneticgan.data.dataset import Int64Array
from geneticgan.seeding import numpy_stream

Plan = Callable[[int], Int64Array]
"""Maps the number of a batch to the indices of its images."""


class Draws:
    """Draws indices of a training set's images.

    Parameters
    ----------
    labels : array of int64
        The labels of the images, shape (N,).
    classes : int
        The number of classes, each with at least one image.
    seed : int
        The seed of the draws.
    name : str
        The name of the random stream; streams with different names are independent.
    """

    def __init__(self, labels: Int64Array, classes: int, seed: int, name: str) -> None:
        self._classes = classes
        self._seed = seed
        self._name = name
        self._counts = np.bincount(labels, minlength=classes)
        self._by_class = np.argsort(labels, kind="stable")
        self._offsets = np.concatenate([[0], np.cumsum(self._counts)[:-1]])
        self._last_epoch: tuple[int, Int64Array] = (-1, np.empty(0, dtype=np.int64))

    def plan(self, how: str, batch_size: int) -> Plan:
        """Return a function that draws batches as `BatchSource.balanced` describes.

        Parameters
        ----------
        how : {"auto", "batches", "exact", "root", "weights"}
            How batches are drawn.
        batch_size : int
            The number of images in a batch.
        """
        draw = {
            "auto": self.balanced,
            "batches": self.balanced,
            "exact": self.exact,
            "root": self.rooted,
            "weights": self.natural,
        }[how]
        return lambda number: draw(number, batch_size)

    def balanced(self, number: int, batch_size: int) -> Int64Array:
        """Return indices of batch ``number``, shape (B,), with labels uniform over the classes."""
        rng = numpy_stream(self._seed, self._name, number)
        labels = rng.integers(self._classes, size=batch_size)
        within = (rng.random(batch_size) * self._counts[labels]).astype(np.int64)
        chosen: Int64Array = self._by_class[self._offsets[labels] + within]
        return chosen

    def rooted(self, number: int, batch_size: int) -> Int64Array:
        """Return indices of batch ``number``, shape (B,), with labels by the root of the counts."""
        rng = numpy_stream(self._seed, self._name, number)
        parts = np.sqrt(self._counts)
        labels = rng.choice(self._classes, size=batch_size, p=parts / parts.sum())
        within = (rng.random(batch_size) * self._counts[labels]).astype(np.int64)
        chosen: Int64Array = self._by_class[self._offsets[labels] + within]
        return chosen

    def natural(self, number: int, batch_size: int) -> Int64Array:
        """Return indices of batch ``number``, shape (B,), with every image equally likely."""
        rng = numpy_stream(self._seed, self._name, number)
        return rng.integers(len(self._by_class), size=batch_size)

    def exact(self, number: int, batch_size: int) -> Int64Array:
        """Return indices of batch ``number``, shape (B,), of a balanced and shuffled list.

        In the list, every class has as many entries as the largest, and its images occur equally
        often, up to one. Batches go through the list repeatedly, each time in another order.
        """
        length = self._classes * int(self._counts.max())
        start = number * batch_size
        chosen = np.empty(batch_size, dtype=np.int64)
        filled = 0
        while filled < batch_size:
            epoch, place = divmod(start + filled, length)
            order = self._epoch(epoch)
            count = min(batch_size - filled, length - place)
            chosen[filled : filled + count] = order[place : place + count]
            filled += count
        return chosen

    def _epoch(self, epoch: int) -> Int64Array:
        """Return the balanced list in an epoch's order; the last list is cached."""
        if self._last_epoch[0] != epoch:
            rng = numpy_stream(self._seed, f"{self._name} epoch", epoch)
            largest = int(self._counts.max())
            parts = []
            for offset, count in zip(self._offsets, self._counts, strict=True):
                members = self._by_class[offset : offset + count]
                whole, rest = divmod(largest, int(count))
                parts += [np.tile(members, whole), rng.permutation(members)[:rest]]
            self._last_epoch = epoch, rng.permutation(np.concatenate(parts))
        return self._last_epoch[1]
