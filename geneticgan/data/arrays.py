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
"""What a damaged or lying file may raise; unpickling is never allowed."""

NAMES = ("classes", "class_names", "target_names")
"""Names of the array that names the classes."""

HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
"""What reads the header of an array, by the version of its format."""

COPIES = 2
"""Of an array that are in memory at once: as it was saved, and as images."""

PARTS = ("train", "val", "valid", "test")
"""Words in the names of arrays that say which part they are of."""

WHITE = 255.0
"""What transparency is laid on."""


class Arrays:
    """The arrays of a file, each read when it is needed."""

    def __init__(self, file: Path, content: Any) -> None:
        self.file = file
        self.names = tuple(content.files)
        self._content = content
        self._spelt = {name.lower(): name for name in reversed(self.names)}

    def first(self, pairs: tuple[tuple[str, str], ...]) -> tuple[str, str] | None:
        """Return the first pair of which one is there; `DataError` if the other is not."""
        for pair in pairs:
            there = [name for name in pair if name in self._spelt]
            if len(there) == 2:
                return self._spelt[pair[0]], self._spelt[pair[1]]
            if there and pair == pairs[0]:
                (gone,) = set(pair) - set(there)
                raise DataError(f"{self.file} has no array {gone!r} (it has {some(self.names)})")
        return None

    def read(self, name: str) -> npt.NDArray[Any]:
        """Return an array; `DataError` names it if it cannot be read, or is too large to be."""
        try:
            self._check_size(name)
            found: npt.NDArray[Any] = self._content[name]
        except UNREADABLE as error:
            raise DataError(
                f"{self.file} cannot be read as an npz file of arrays: {name} ({error})"
            ) from error
        return found

    def _check_size(self, name: str) -> None:
        """Raise `DataError` if an array, by what its header says, does not fit into memory.

        A few bytes may unpack to many: a file of 3 MB holds an array of 3 GB of zeros.
        """
        place = name if name in self._content.zip.namelist() else f"{name}.npy"
        with self._content.zip.open(place) as file:
            version = np.lib.format.read_magic(file)
            read = HEADERS.get(version)
            if read is None:
                return  # refused where it is read
            shape, _, kind = read(file)
        wanted, free = COPIES * math.prod(shape) * kind.itemsize, free_memory()
        if wanted > free:
            raise DataError(
                f"{self.file}: {name} has shape {shape} and {kind} values, for which "
                f"{wanted / 2**30:.3g} GiB of memory are needed, and {free / 2**30:.3g} GiB are "
                "free; save fewer or smaller images, or keep them as files, for --dataset folder"
            )

    def pixels(self, name: str) -> npt.NDArray[Any]:
        """Return images (N, C, H, W) as they are."""
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

    def labels(self, name: str) -> npt.NDArray[Any]:
        """Return labels (N,): whole numbers or texts."""
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
                f"{self.file}: {name} must be one whole number for each image, or one text, or "
                "a column of ones and zeros for each class"
            )
        return labels if labels.dtype.kind == "U" else labels.astype(np.int64)

    def groups(self, name: str, pair: tuple[str, str], count: int, alone: bool) -> list[str]:
        """Return the group of each image of a pair of arrays.

        Parameters
        ----------
        name : str
            Of the array. Beside ``x_train`` and ``y_train`` it may be called NAME_train or
            train_NAME.
        pair : tuple of str
            Names of the images and their labels.
        count : int
            How many images these are.
        alone : bool
            Whether the file holds no other pair, so that the name needs no part.

        Raises
        ------
        DataError
            If it is not there, or is not one number or text for each image.
        """
        part = next((p for p in PARTS if p in pair[0].lower().split("_")), "")
        wanted = [name] if alone or not part else []
        wanted += [f"{name}_{part}", f"{part}_{name}"] if part else []
        found = next((each for each in wanted if each.lower() in self._spelt), None)
        if found is None:
            raise DataError(
                f"{self.file} has no array {' or '.join(map(repr, wanted))} with the group of each "
                f"image of {pair[0]} (it has {some(self.names)})"
            )
        array: npt.NDArray[Any] = self.read(self._spelt[found.lower()])
        array = array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array
        whole = array.dtype.kind == "f" and np.isfinite(array).all() and not (array % 1).any()
        if array.shape != (count,) or not (whole or array.dtype.kind in "biuUS"):
            raise DataError(
                f"{self.file}: {found} has shape {array.shape} and holds {array.dtype}; as groups "
                f"it must be one whole number or text for each of the {count} images of {pair[0]}"
            )
        listed = (array.astype(np.int64) if whole else array).tolist()
        texts = [e.decode(errors="replace") if isinstance(e, bytes) else str(e) for e in listed]
        if not all(texts):
            raise DataError(f"{self.file}: {found} is empty for image {texts.index('') + 1}")
        return texts

    def class_names(self, first: int, classes: int) -> tuple[str, ...]:
        """Return the names of the classes; their numbers where the file names none."""
        name = next((name for name in NAMES if name in self.names), None)
        if name is None:
            return tuple(str(label) for label in range(first, first + classes))
        names = tuple(
            each.decode(errors="replace") if isinstance(each, bytes) else str(each)
            for each in self.read(name).reshape(-1)
        )
        if len(names) != classes or len(set(names)) != classes:
            raise DataError(
                f"{self.file}: {name} names {len(names)} classes, the labels have {classes}"
            )
        return names


def as_numbers(given: Sequence[npt.NDArray[Any]]) -> tuple[list[Int64Array], tuple[str, ...]]:
    """Return labels as numbers, and the names of the classes where they were texts."""
    if given[0].dtype.kind != "U":
        return [part.astype(np.int64) for part in given], ()
    names = np.unique(given[0])
    numbers = []
    for part in given:
        places = np.searchsorted(names, part.astype(names.dtype)).clip(max=len(names) - 1)
        numbers.append(np.where(names[places] == part, places, len(names)).astype(np.int64))
    return numbers, tuple(map(str, names))
