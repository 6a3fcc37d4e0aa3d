"""Images and labels among the arrays of an npz file."""

from __future__ import annotations

import math
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geneticgan.data.dataset import Int64Array
from geneticgan.errors import DataError, some
from geneticgan.memory import free_memory

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
"""The errors that a damaged or malicious file may cause; unpickling is never allowed."""

NAMES = ("classes", "class_names", "target_names")
"""The possible names of the array that holds the class names."""

HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
"""The functions that read the header of an array, by the version of its format."""

COPIES = 2
"""How many copies of an array are in memory at once: as it was saved, and as images."""

PARTS = ("train", "val", "valid", "test")
"""The words in array names that say to which part of the data set an array belongs."""

WHITE = 255.0
"""The grey level of the background behind transparent pixels."""


class Arrays:
    """The arrays of an npz file, each of which is read when it is needed.

    Parameters
    ----------
    file : Path
        The file, for messages.
    content : numpy.lib.npyio.NpzFile
        The open file.
    """

    def __init__(self, file: Path, content: Any) -> None:
        self.file = file
        self.names = tuple(content.files)
        self._content = content
        self._spelt = {name.lower(): name for name in reversed(self.names)}

    def first(self, pairs: tuple[tuple[str, str], ...]) -> tuple[str, str] | None:
        """Return the first pair of names that are both in the file, or None.

        Raises
        ------
        DataError
            If only one array of the first pair is in the file.
        """
        for pair in pairs:
            there = [name for name in pair if name in self._spelt]
            if len(there) == 2:
                return self._spelt[pair[0]], self._spelt[pair[1]]
            if there and pair == pairs[0]:
                (gone,) = set(pair) - set(there)
                raise DataError(
                    f"{self.file} has no array {gone!r} (it has {some(self.names)}); add it"
                )
        return None

    def read(self, name: str) -> npt.NDArray[Any]:
        """Return an array of the file.

        Raises
        ------
        DataError
            If the array cannot be read or does not fit into memory.
        """
        try:
            self._check_size(name)
            found: npt.NDArray[Any] = self._content[name]
        except UNREADABLE as error:
            if "allow_pickle" in str(error):
                raise DataError(
                    f"{self.file}: {name} holds Python objects, which are not loaded since that "
                    "could run a stranger's code; save images of one size as np.stack(images), and "
                    "labels as np.array(labels.tolist())"
                ) from error
            raise DataError(
                f"{self.file} cannot be read as an npz file of arrays: {name} ({error}); save it "
                "again with numpy.savez"
            ) from error
        return found

    def _check_size(self, name: str) -> None:
        """Raise `DataError` if an array does not fit into memory, judging by its header.

        Compressed files can be far smaller than their arrays: 3 GB of zeros take 3 MB.
        """
        place = name if name in self._content.zip.namelist() else f"{name}.npy"
        with self._content.zip.open(place) as file:
            version = np.lib.format.read_magic(file)
            read = HEADERS.get(version)
            if read is None:
                return  # an unknown version is refused when the array is read
            shape, _, kind = read(file)
        wanted, free = COPIES * math.prod(shape) * kind.itemsize, free_memory()
        if wanted > free:
            raise DataError(
                f"{self.file}: {name} has shape {shape} and {kind} values, which need "
                f"{wanted / 2**30:.3g} GiB of memory, but only {free / 2**30:.3g} GiB are free; "
                "save fewer or smaller images, or keep them as files and use --dataset folder"
            )

    def pixels(self, name: str) -> npt.NDArray[Any]:
        """Return an array of images in the shape (N, C, H, W), with 1 or 3 channels.

        Values are not scaled; transparent pixels of 8 bits are shown on white.

        Raises
        ------
        DataError
            If the images are not square, have another number of channels, are not numbers, or are
            floating-point numbers outside [0, 1].
        """
        array = self.read(name)
        if array.ndim == 3:
            array = array[:, None]
        elif array.ndim == 4 and array.shape[3] in (1, 3, 4) and array.shape[1] not in (1, 3, 4):
            array = array.transpose(0, 3, 1, 2)
        if array.ndim == 4 and array.shape[1] == 4 and array.dtype == np.uint8:
            alpha = array[:, 3:] / WHITE
            array = (array[:, :3] * alpha + WHITE * (1 - alpha)).round().astype(np.uint8)
        if array.ndim != 4 or array.shape[1] not in (1, 3) or array.shape[2] != array.shape[3]:
            raise DataError(
                f"{self.file}: {name} has shape {array.shape}; images must be square and have the "
                "shape (N, H, W), (N, H, W, C) or (N, C, H, W) with 1 or 3 channels"
            )
        if np.issubdtype(array.dtype, np.floating):
            if not np.isfinite(array).all():
                raise DataError(
                    f"{self.file}: {name} contains NaN or infinite values; correct or remove those "
                    "images"
                )
            if array.min(initial=0) < 0 or array.max(initial=0) > 1:
                raise DataError(
                    f"{self.file}: {name} has values outside [0, 1]; scale floating-point images "
                    "to that range"
                )
        elif array.dtype != bool and not np.issubdtype(array.dtype, np.integer):
            raise DataError(
                f"{self.file}: {name} has the type {array.dtype}; save the images as numbers"
            )
        return np.ascontiguousarray(array)

    def labels(self, name: str) -> npt.NDArray[Any]:
        """Return an array of N labels, either int64 or text; one-hot labels are converted.

        Raises
        ------
        DataError
            If the array holds anything else.
        """
        labels = self.read(name)
        if labels.ndim == 2 and labels.shape[1] == 1:
            labels = labels[:, 0]
        if labels.dtype.kind == "S":
            labels = np.char.decode(labels, "utf-8")
        if labels.dtype.kind == "f" and np.isfinite(labels).all() and not (labels % 1).any():
            labels = labels.astype(np.int64)
        hot = labels.ndim == 2 and labels.shape[1] > 1 and labels.dtype.kind in "biu"
        if hot and np.isin(labels, (0, 1)).all() and (labels.sum(axis=1) == 1).all():
            labels = labels.argmax(axis=1)
        if labels.ndim != 1 or labels.dtype.kind not in "biuU":
            raise DataError(
                f"{self.file}: {name} must hold one whole number or one text for each image, or a "
                "column of ones and zeros for each class"
            )
        return labels if labels.dtype.kind == "U" else labels.astype(np.int64)

    def groups(self, name: str, pair: tuple[str, str], count: int, alone: bool) -> list[str]:
        """Return the group of each image of a pair of arrays.

        Parameters
        ----------
        name : str
            The name of the array. Beside ``x_train`` and ``y_train`` it may be NAME_train or
            train_NAME.
        pair : tuple of str
            Names of the images and their labels.
        count : int
            The number of these images.
        alone : bool
            Whether the file contains no other pair, so that the name needs no part.

        Raises
        ------
        DataError
            If the array is missing or does not hold one number or text for each image.
        """
        part = next((p for p in PARTS if p in pair[0].lower().split("_")), "")
        wanted = [name] if alone or not part else []
        wanted += [f"{name}_{part}", f"{part}_{name}"] if part else []
        found = next((each for each in wanted if each.lower() in self._spelt), None)
        if found is None:
            raise DataError(
                f"{self.file} has no array {' or '.join(map(repr, wanted))} with the group of each "
                f"image of {pair[0]} (it has {some(self.names)}); name one of these with "
                "npz:group=ARRAY"
            )
        array: npt.NDArray[Any] = self.read(self._spelt[found.lower()])
        array = array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array
        whole = array.dtype.kind == "f" and np.isfinite(array).all() and not (array % 1).any()
        if array.shape != (count,) or not (whole or array.dtype.kind in "biuUS"):
            raise DataError(
                f"{self.file}: {found} has shape {array.shape} and the type {array.dtype}; groups "
                f"must be one whole number or text for each of the {count} images of {pair[0]}"
            )
        listed = (array.astype(np.int64) if whole else array).tolist()
        texts = [e.decode(errors="replace") if isinstance(e, bytes) else str(e) for e in listed]
        if not all(texts):
            raise DataError(
                f"{self.file}: {found} is empty for image {texts.index('') + 1}; give every image "
                "a group"
            )
        return texts

    def class_names(self, first: int, classes: int) -> tuple[str, ...]:
        """Return the names of the classes, or their numbers if the file contains no names.

        Parameters
        ----------
        first : int
            The smallest label.
        classes : int
            The number of classes.

        Raises
        ------
        DataError
            If the file names another number of classes.
        """
        name = next((name for name in NAMES if name in self.names), None)
        if name is None:
            return tuple(str(label) for label in range(first, first + classes))
        names = tuple(
            each.decode(errors="replace") if isinstance(each, bytes) else str(each)
            for each in self.read(name).reshape(-1)
        )
        if len(names) != classes or len(set(names)) != classes:
            raise DataError(
                f"{self.file}: {name} has {len(set(names))} different names, but the labels have "
                f"{classes} classes; give each class one name"
            )
        return names


def as_numbers(given: Sequence[npt.NDArray[Any]]) -> tuple[list[Int64Array], tuple[str, ...]]:
    """Return labels as numbers, and the class names if the labels were texts.

    Parameters
    ----------
    given : sequence of array
        The labels of each part, the training part first; either all int64 or all texts.

    Returns
    -------
    labels : list of array of int64
        The labels from 0 on; a text that does not occur in the first part becomes K, the number
        of names.
    names : tuple of str
        The K class names in alphabetical order; empty if the labels were numbers.
    """
    if given[0].dtype.kind != "U":
        return [part.astype(np.int64) for part in given], ()
    names = np.unique(given[0])
    numbers = []
    for part in given:
        places = np.searchsorted(names, part.astype(names.dtype)).clip(max=len(names) - 1)
        numbers.append(np.where(names[places] == part, places, len(names)).astype(np.int64))
    return numbers, tuple(map(str, names))
