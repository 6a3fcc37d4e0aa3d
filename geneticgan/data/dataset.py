"""The Dataset contract, and images as plain arrays."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

UInt8Array = npt.NDArray[np.uint8]
Int64Array = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Images:
    """Labelled images.

    Attributes
    ----------
    pixels : array of uint8
        Shape (N, C, H, W), C in {1, 3}, H = W.
    labels : array of int64
        Shape (N,), values 0..K-1.
    """

    pixels: UInt8Array
    labels: Int64Array

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, indices: Int64Array) -> Images:
        """Return the images at the given positions."""
        return Images(self.pixels[indices], self.labels[indices])

    def counts(self, classes: int) -> list[int]:
        """Return how many images each of the classes has."""
        return [int(count) for count in np.bincount(self.labels, minlength=classes)]


@dataclass(frozen=True)
class Source:
    """A data set as it is before any imbalance is made.

    Attributes
    ----------
    train, test : Images
        The test part is never seen in training.
    class_names : tuple of str
        In the order of the labels.
    default_counts : tuple of int or None
        Training images by class when the setting is ``multi-class``; None where the data set
        names none and is taken as it is.
    """

    train: Images
    test: Images
    class_names: tuple[str, ...]
    default_counts: tuple[int, ...] | None = None

    @property
    def fingerprint(self) -> str:
        """A hash of all images and labels: a run is judged on the data it was trained with."""
        digest = hashlib.sha256()
        for part in (self.train, self.test):
            for array in (part.pixels, part.labels):
                digest.update(str((array.shape, array.dtype.str)).encode())
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


class Dataset(ABC):
    """Where images come from; a plugin of the group ``geneticgan.datasets``.

    Options are the keyword arguments of ``__init__``, among them, where they apply,
    ``data_root: str`` and ``image_size: int``.
    """

    @abstractmethod
    def load(self) -> Source:
        """Read the data set.

        Raises
        ------
        DataError
            If it is missing, damaged, or has fewer than two classes.
        """
