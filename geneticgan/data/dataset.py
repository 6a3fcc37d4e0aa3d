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
        Shape (N,); images with the same number belong together (a patient, a lesion) and stay on
        one side of every split. None if there are no groups. Scikit-learn's splitters accept it as
        ``groups``.
    places : array of int64 or None
        Shape (N,); the number of the file that each image was read from, in
        `geneticgan.data.assembling.FileSet`. None if there are no files.
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
        """Return the number of images of each class."""
        return [int(count) for count in np.bincount(self.labels, minlength=classes)]

    def group_counts(self, classes: int) -> list[int]:
        """Return the number of groups of each class; an image without a group counts as one."""
        if self.groups is None:
            return self.counts(classes)
        return count_groups(self.labels, self.groups, classes)


def count_groups(labels: Int64Array, groups: Int64Array, classes: int) -> list[int]:
    """Return the number of groups of each class 0..classes-1, from arrays of shape (N,)."""
    return [len(np.unique(groups[labels == label])) for label in range(classes)]


@dataclass(frozen=True)
class Preprocessing:
    """How image files were preprocessed, which must be repeated for new images.

    Attributes
    ----------
    fit : {"crop", "pad", "stretch"}
        How an image was made square; see `geneticgan.data.fitting`.
    window : pair of float or None
        The values that became black and white if pixels have more than 8 bits.
    """

    fit: str = "crop"
    window: tuple[float, float] | None = None


UNTOUCHED = Preprocessing()
"""The preprocessing of data sets without files."""


@dataclass(frozen=True)
class Source:
    """A data set before any imbalance is made.

    Attributes
    ----------
    train, test : Images
        The training part, and the test part, which is never seen in training.
    class_names : tuple of str
        The names of the classes, in the order of the labels.
    default_counts : tuple of int or None
        The numbers of training images by class for the imbalances ``auto`` and ``table-iii``; None
        if the data set has no such counts.
    held_out : bool
        Whether the test part was drawn from all images, since the data set has none of its own;
        `geneticgan.data.splits.split_source` redraws it by the run's seed.
    preprocessing : Preprocessing
        How image files were preprocessed.
    joined : Images or None
        The training part followed by the test part, if both are views of it.
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
        """The images to split: the training part, and the test part if that is drawn too."""
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
        """A hash of all images and labels, to check that a run is evaluated on its own data."""
        digest = hashlib.sha256()
        for part in (self.train, self.test):
            for array in (part.pixels, part.labels):
                digest.update(str((array.shape, array.dtype.str)).encode())
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


def _joined(one: Int64Array | None, other: Int64Array | None) -> Int64Array | None:
    return None if one is None or other is None else np.concatenate([one, other])


class Dataset(ABC):
    """A source of images; a plugin of the group ``geneticgan.datasets``.

    Options are the keyword arguments of ``__init__``, among them, where they apply,
    ``data_root: str``, ``image_size: int``, ``download: bool`` and ``skip_corrupt: bool``, which
    the command line sets.

    Attributes
    ----------
    pair : tuple of str or None
        The default majority and minority class of the imbalance ``two-class``.
    largest : int or None
        The default number of majority images of the imbalance ``two-class``.
    notices : Notices
        Receives the progress; set by the code that loads the data set.
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
        """Read two classes; label 0 is the majority. Raises as `load` does.

        Override this if a pair need not be two of the classes that `load` returns.
        """
        return only(self.load(), (majority, minority))


def only(source: Source, names: Sequence[str]) -> Source:
    """Return some classes of a data set, labelled in the order of their names.

    Raises
    ------
    DataError
        If a class is unknown.
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
        As for `PluginGroup.make`.
    """
    return DATASETS.make(text, **values)
