"""Arrays in an npz file."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geneticgan.data.dataset import Dataset, Images, Int64Array, Source, UInt8Array
from geneticgan.data.holdout import with_test_part
from geneticgan.data.roots import existing
from geneticgan.data.scaling import to_8_bits, usual_window
from geneticgan.data.together import with_copies
from geneticgan.errors import DataError

UNREADABLE = (
    OSError,
    ValueError,
    EOFError,
    KeyError,
    AttributeError,
    TypeError,
    NotImplementedError,
    MemoryError,
    OverflowError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What a damaged or lying file may raise; unpickling is never allowed."""

TRAIN = (("x_train", "y_train"), ("train_images", "train_labels"), ("images", "labels"),
         ("x", "y"), ("X", "y"), ("data", "target"))  # fmt: skip
"""Names of images and their labels, the first pair that is there."""

TEST = (("x_test", "y_test"), ("test_images", "test_labels"))

NAMES = ("classes", "class_names", "target_names")
"""Names of the array that names the classes."""


class Npz(Dataset):
    """Your own images in an npz file: x_train, y_train and, for a test part, x_test and y_test.

    The arrays may also be called train_images and train_labels, test_images and test_labels, or
    images and labels, as `geneticgan generate` writes them. Images are (N, H, W), (N, H, W, C) or
    (N, C, H, W): uint8, bool, floating point in [0, 1], or other whole numbers, whose range is
    scaled. Labels are whole numbers from 0 or from 1 without a gap, (N,) or (N, 1). ``classes``,
    if it is there, names them. Without a test part a fifth of each class, drawn by the seed, is
    held out.

    Parameters
    ----------
    data_root : str
        The npz file.
    """

    def __init__(self, data_root: str = "") -> None:
        self.data_root = data_root

    def load(self) -> Source:
        """Read the arrays; `DataError` if one is missing, damaged, or no images or labels."""
        file = existing("npz", self.data_root)
        try:
            with file.open("rb") as stream, np.load(stream, allow_pickle=False) as content:
                return self._source(_Arrays(file, content))
        except (AttributeError, *UNREADABLE) as error:
            raise DataError(f"{file} cannot be read as an npz file of arrays ({error})") from error

    def _source(self, arrays: _Arrays) -> Source:
        train = arrays.first(TRAIN)
        if train is None:
            raise DataError(
                f"{arrays.file} has no array 'x_train' and 'y_train' (it has "
                f"{', '.join(arrays.names) or 'none'})"
            )
        test = arrays.first(TEST)
        pixels = [arrays.pixels(pair[0]) for pair in (train, test) if pair]
        labels = [arrays.labels(pair[1]) for pair in (train, test) if pair]
        for pair, images, numbers in zip((train, test), pixels, labels, strict=False):
            if len(images) != len(numbers) or not len(images):
                raise DataError(
                    f"{arrays.file}: {len(images)} images but {len(numbers)} labels in "
                    f"{' and '.join(pair or ())}"
                )
        first = 1 if min(each.min() for each in labels) == 1 else 0
        classes = len(np.unique(labels[0]))
        for pair, numbers in zip((train, test), labels, strict=False):
            _check_labels(arrays.file, numbers, first, classes, (pair or train)[1])
        parts = [
            Images(each, numbers - first)
            for each, numbers in zip(self._scaled(pixels), labels, strict=True)
        ]
        names = arrays.class_names(first, classes)
        if test is not None and parts[0].pixels.shape[1:] != parts[1].pixels.shape[1:]:
            raise DataError(
                f"{arrays.file}: {train[0]} and {test[0]} hold images of different shapes"
            )
        parts = with_copies(parts, names, self.notices)
        if test is None:
            return with_test_part(parts[0], names)
        return Source(parts[0], parts[1], names)

    def _scaled(self, parts: list[npt.NDArray[Any]]) -> list[UInt8Array]:
        """Return all parts in 8 bits, by one scale."""
        if all(part.dtype == np.uint8 for part in parts):
            return parts
        if all(part.dtype == bool for part in parts):
            return [part.astype(np.uint8) * np.uint8(255) for part in parts]
        low = float(min(part.min() for part in parts))
        high = float(max(part.max() for part in parts))
        whole = all(np.issubdtype(part.dtype, np.integer) for part in parts)
        window, name = usual_window(low, high, whole)
        if whole and window != (0.0, 255.0):
            self.notices.note(
                f"Pixels have values from {low:g} to {high:g}: {window[0]:g} becomes black and "
                f"{window[1]:g} white in all of them ({name})."
            )
        return [to_8_bits(part, window) for part in parts]


class _Arrays:
    """The arrays of a file, each read when it is needed."""

    def __init__(self, file: Path, content: Any) -> None:
        self.file = file
        self.names = tuple(content.files)
        self._content = content

    def first(self, pairs: tuple[tuple[str, str], ...]) -> tuple[str, str] | None:
        """Return the first pair of which one is there; `DataError` if the other is not."""
        for pair in pairs:
            there = [name for name in pair if name in self.names]
            if len(there) == 2:
                return pair
            if there and pair == pairs[0]:
                (gone,) = set(pair) - set(there)
                has = ", ".join(self.names)
                raise DataError(f"{self.file} has no array {gone!r} (it has {has})")
        return None

    def read(self, name: str) -> npt.NDArray[Any]:
        try:
            found: npt.NDArray[Any] = self._content[name]
        except UNREADABLE as error:
            raise DataError(
                f"{self.file} cannot be read as an npz file of arrays: {name} ({error})"
            ) from error
        return found

    def pixels(self, name: str) -> npt.NDArray[Any]:
        """Return images (N, C, H, W) as they are."""
        array = self.read(name)
        if array.ndim == 3:
            array = array[:, None]
        elif array.ndim == 4 and array.shape[3] in (1, 3) and array.shape[1] not in (1, 3):
            array = array.transpose(0, 3, 1, 2)
        if array.ndim != 4 or array.shape[1] not in (1, 3) or array.shape[2] != array.shape[3]:
            raise DataError(
                f"{self.file}: {name} has shape {array.shape}; images must be square, (N, H, W), "
                "(N, H, W, C) or (N, C, H, W) with 1 or 3 channels"
            )
        if np.issubdtype(array.dtype, np.floating):
            if not np.isfinite(array).all():
                raise DataError(f"{self.file}: {name} holds NaN or an infinity; mend those images")
            if array.min(initial=0) < 0 or array.max(initial=0) > 1:
                raise DataError(
                    f"{self.file}: floating-point images must lie in [0, 1]; scale {name}"
                )
        elif array.dtype != bool and not np.issubdtype(array.dtype, np.integer):
            raise DataError(f"{self.file}: {name} is {array.dtype}; images must be numbers")
        return np.ascontiguousarray(array)

    def labels(self, name: str) -> Int64Array:
        """Return labels (N,)."""
        labels = self.read(name)
        if labels.ndim == 2 and labels.shape[1] == 1:
            labels = labels[:, 0]
        whole = np.issubdtype(labels.dtype, np.integer) or labels.dtype == bool
        if labels.ndim != 1 or not whole:
            raise DataError(f"{self.file}: {name} must be one whole number for each image")
        return labels.astype(np.int64)

    def class_names(self, first: int, classes: int) -> tuple[str, ...]:
        """Return the names of the classes; their numbers where the file names none."""
        name = next((name for name in NAMES if name in self.names), None)
        if name is None:
            return tuple(str(label) for label in range(first, first + classes))
        names = tuple(str(each) for each in self.read(name).reshape(-1))
        if len(names) != classes or len(set(names)) != classes:
            raise DataError(
                f"{self.file}: {name} names {len(names)} classes, the labels have {classes}"
            )
        return names


def _check_labels(file: Path, labels: Int64Array, first: int, classes: int, name: str) -> None:
    """Raise `DataError` unless labels are first..first+classes-1 and all there."""
    found = np.unique(labels)
    if classes < 2 or len(found) != classes or (found != np.arange(first, first + classes)).any():
        raise DataError(
            f"{file}: the labels in {name} must be 0 to K-1 (or 1 to K) with at least two classes "
            f"and no gap; they are {found[:20].tolist()}"
        )
