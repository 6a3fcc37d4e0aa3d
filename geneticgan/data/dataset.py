"""The Dataset contract, and images as plain arrays."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geneticgan.data.gathering import gathered
from geneticgan.data.notices import SILENT, Notices
from geneticgan.errors import DataError, no_class, printable
from geneticgan.registry import PluginGroup

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
    groups : array of int64 or None
        Shape (N,); images of the same number belong together (a patient, a lesion) and stay on
        one side of every split. None where each image stands for itself. Scikit-learn's splitters
        take it as ``groups``.
    places : array of int64 or None
        Shape (N,); which of the data set's files each image was read from, as
        `geneticgan.data.assembling.FileSet` numbers them. None where there are no files.
    """

    pixels: UInt8Array
    labels: Int64Array
    groups: Int64Array | None = None
    places: Int64Array | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, indices: Int64Array) -> Images:
        """Return the images at the given positions."""
        more = (None if each is None else each[indices] for each in (self.groups, self.places))
        return Images(gathered(self.pixels, indices), self.labels[indices], *more)

    def between(self, start: int, stop: int) -> Images:
        """Return the images from one position up to another, as views."""
        span = slice(start, stop)
        more = (None if each is None else each[span] for each in (self.groups, self.places))
        return Images(self.pixels[span], self.labels[span], *more)

    def counts(self, classes: int) -> list[int]:
        """Return how many images each of the classes has."""
        return [int(count) for count in np.bincount(self.labels, minlength=classes)]

    def group_counts(self, classes: int) -> list[int]:
        """Return how many groups each class has; an image without a group is one of its own."""
        if self.groups is None:
            return self.counts(classes)
        return count_groups(self.labels, self.groups, classes)


def count_groups(labels: Int64Array, groups: Int64Array, classes: int) -> list[int]:
    """Return how many groups each of the classes 0..classes-1 has; arrays of shape (N,)."""
    return [len(np.unique(groups[labels == label])) for label in range(classes)]


@dataclass(frozen=True)
class Preprocessing:
    """How image files became the squares of a data set: new images are to be treated alike.

    Attributes
    ----------
    fit : {"crop", "pad", "stretch"}
        How an image was made square; see `geneticgan.data.fitting`.
    window : pair of float or None
        Values that became black and white where pixels have more than 8 bits.
    """

    fit: str = "crop"
    window: tuple[float, float] | None = None


UNTOUCHED = Preprocessing()
"""Where there are no files."""


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
        Training images by class of the imbalances ``auto`` and ``table-iii``; None where the
        data set names none and is taken as it is.
    held_out : bool
        Whether the test part was drawn from all images here, since the data set has none of its
        own; `geneticgan.data.splits.split_source` draws it anew by the run's seed.
    preprocessing : Preprocessing
        What was done to image files.
    joined : Images or None
        The training part followed by the test part, where both are views of it.
    """

    train: Images
    test: Images
    class_names: tuple[str, ...]
    default_counts: tuple[int, ...] | None = None
    held_out: bool = False
    preprocessing: Preprocessing = UNTOUCHED
    joined: Images | None = None

    def __post_init__(self) -> None:
        # Names come from folders and files of strangers, and are printed.
        object.__setattr__(self, "class_names", tuple(map(printable, self.class_names)))

    @property
    def pool(self) -> Images:
        """What a split draws from: the training part, with the test part if that is drawn too."""
        if not self.held_out:
            return self.train
        if self.joined is not None:
            return self.joined
        pixels = np.concatenate([self.train.pixels, self.test.pixels])
        labels = np.concatenate([self.train.labels, self.test.labels])
        groups = _joined(self.train.groups, self.test.groups)
        return Images(pixels, labels, groups, _joined(self.train.places, self.test.places))

    @property
    def fingerprint(self) -> str:
        """A hash of all images and labels: a run is judged on the data it was trained with."""
        digest = hashlib.sha256()
        for part in (self.train, self.test):
            for array in (part.pixels, part.labels):
                digest.update(str((array.shape, array.dtype.str)).encode())
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


def _joined(one: Int64Array | None, other: Int64Array | None) -> Int64Array | None:
    return None if one is None or other is None else np.concatenate([one, other])


class Dataset(ABC):
    """Where images come from; a plugin of the group ``geneticgan.datasets``.

    Options are the keyword arguments of ``__init__``, among them, where they apply,
    ``data_root: str``, ``image_size: int``, ``download: bool`` and ``skip_corrupt: bool``, which
    the command line sets.

    Attributes
    ----------
    pair : tuple of str or None
        Majority and minority class of the imbalance ``two-class``, unless others are named.
    largest : int or None
        Training images of the majority class of the imbalance ``two-class``, unless told otherwise.
    notices : Notices
        Hears of progress; set by whoever loads.
    """

    pair: tuple[str, str] | None = None
    largest: int | None = None
    notices: Notices = SILENT

    @abstractmethod
    def load(self) -> Source:
        """Read the data set with all its classes.

        Raises
        ------
        DataError
            If it is missing, damaged, or has fewer than two classes.
        """

    def load_pair(self, majority: str, minority: str) -> Source:
        """Read two classes; label 0 is the majority. Raises as `load`.

        Override where a pair is not two of the classes that `load` gives.
        """
        return only(self.load(), (majority, minority))


def only(source: Source, names: Sequence[str]) -> Source:
    """Return some classes of a data set, labelled in the order of their names.

    Raises
    ------
    DataError
        If there is no such class.
    """
    for name in names:
        if name not in source.class_names:
            raise DataError(no_class(name, source.class_names))
    if len(set(names)) != len(names):
        raise DataError(f"the classes must differ, got {', '.join(names)}")
    wanted = [source.class_names.index(name) for name in names]

    def part(images: Images) -> Images:
        chosen = np.flatnonzero(np.isin(images.labels, wanted))
        place = np.zeros(len(source.class_names), dtype=np.int64)
        place[wanted] = np.arange(len(wanted))
        return replace(images.take(chosen), labels=place[images.labels[chosen]])

    return replace(
        source,
        train=part(source.train),
        test=part(source.test),
        class_names=tuple(names),
        default_counts=None,
        joined=None,
    )


DATASETS = PluginGroup("geneticgan.datasets", Dataset, "data set")  # type: ignore[type-abstract]  # plugins are checked against it, it is not made


def create_dataset(text: str, **values: str | int | None) -> Dataset:
    """Make a data set such as ``folder:grayscale=true``; values that are None are left out.

    Raises
    ------
    PluginError
        As `PluginGroup.make`.
    """
    return DATASETS.make(text, **values)
