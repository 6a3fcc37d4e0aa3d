"""Arrays in an npz file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from geneticgan.data.arrays import UNREADABLE, Arrays, as_numbers
from geneticgan.data.dataset import (
    Dataset,
    Images,
    Int64Array,
    Source,
    UInt8Array,
    count_groups,
)
from geneticgan.data.fitting import fit_square
from geneticgan.data.grouping import check_apart, few_groups, group_codes
from geneticgan.data.holdout import with_test_part
from geneticgan.data.roots import existing
from geneticgan.data.scaling import to_8_bits, usual_window
from geneticgan.data.together import with_copies
from geneticgan.errors import DataError, some

TRAIN = (("x_train", "y_train"), ("train_images", "train_labels"), ("images", "labels"),
         ("image", "label"), ("imgs", "labels"), ("x", "y"), ("data", "target"), ("data", "labels"),
         ("arr_0", "arr_1"))  # fmt: skip
"""Names of images and their labels, in upper or lower case; the first pair found is used."""

VALIDATION = (("x_val", "y_val"), ("val_images", "val_labels"), ("x_valid", "y_valid"))

TEST = (("x_test", "y_test"), ("test_images", "test_labels"))

Pair = tuple[str, str]
"""The names of an array of images and of the array of their labels."""


class Npz(Dataset):
    """Your own images in an npz file: x_train, y_train and, for a test part, x_test and y_test.

    The arrays may also be called train_images and train_labels, test_images and test_labels, or
    images and labels, as `geneticgan generate` writes them, in any case. Images are (N, H, W),
    (N, H, W, C) or (N, C, H, W): uint8, bool, floating point in [0, 1], or other integers, whose
    range is scaled. Labels are consecutive integers from 0 or 1, (N,) or (N, 1), or strings (N,),
    or one column of ones and zeros for each class. An array ``classes``, if present, names them. A
    validation part is used for training, since a run holds out its own. Without a test part, a
    fifth of each class, drawn by the seed, is held out.

    Parameters
    ----------
    data_root : str
        The npz file.
    image_size : int
        The size in pixels to which images are resized; 0 leaves them unchanged.
    group : str
        The name of an array with a number or string for each image: the patient, lesion or sheet
        that it shows. Images of a group stay on one side of every split. If the file has parts,
        each has its own array: NAME_train and NAME_test.
    """

    def __init__(self, data_root: str = "", image_size: int = 0, group: str = "") -> None:
        self.data_root = data_root
        self.image_size = image_size
        self.group = group

    def load(self) -> Source:
        """Read the arrays; `DataError` if one is missing, damaged, or no images or labels."""
        file = existing("npz", self.data_root)
        if file.suffix.lower() == ".npy":
            raise DataError(
                f"{file} holds one array; save images and labels together, as in "
                "np.savez('images.npz', x_train=images, y_train=labels)"
            )
        try:
            with file.open("rb") as stream, np.load(stream, allow_pickle=False) as content:
                return self._source(Arrays(file, content))
        except (AttributeError, *UNREADABLE) as error:
            raise DataError(f"{file} cannot be read as an npz file of arrays ({error})") from error

    def _source(self, arrays: Arrays) -> Source:
        train = arrays.first(TRAIN)
        if train is None:
            raise DataError(
                f"{arrays.file} has no array 'x_train' and 'y_train' (it has "
                f"{some(arrays.names) or 'none'}); save yours by these names"
            )
        taken = self._taken(train, arrays.first(VALIDATION), arrays.first(TEST))
        pairs = [pair for part in taken for pair in part]
        images = {pair: arrays.pixels(pair[0]) for pair in pairs}
        numbers = {pair: arrays.labels(pair[1]) for pair in pairs}
        _check_alike(arrays.file, images, numbers)
        pixels = [_joined([images[pair] for pair in part]) for part in taken]
        given = [_joined([numbers[pair] for pair in part]) for part in taken]
        labels, texts = as_numbers(given)
        first = 1 if min(each.min() for each in labels) == 1 else 0
        classes = len(np.unique(labels[0]))
        for part, found in zip(taken, labels, strict=True):
            _check_labels(arrays.file, found, first, classes, part[0][1])
        parts = [
            Images(self._resized(each), found - first)
            for each, found in zip(self._scaled(pixels), labels, strict=True)
        ]
        names = texts or arrays.class_names(first, classes)
        if self.group:
            sizes = {pair: len(numbers[pair]) for pair in pairs}
            parts = self._grouped(parts, arrays, sizes, names)
        parts = with_copies(parts, names, self.notices)
        if len(parts) == 1:
            return with_test_part(parts[0], names)
        return Source(parts[0], parts[1], names)

    def _grouped(
        self,
        parts: Sequence[Images],
        arrays: Arrays,
        sizes: Mapping[Pair, int],
        names: Sequence[str],
    ) -> list[Images]:
        """Return the parts with their groups; ``sizes`` has the pairs in the parts' order."""
        alone = len(sizes) == 1
        found = [arrays.groups(self.group, pair, count, alone) for pair, count in sizes.items()]
        codes = group_codes([text for texts in found for text in texts])
        ends = np.cumsum([len(part) for part in parts])[:-1]
        divided = np.split(codes, ends)
        grouped = [replace(part, groups=own) for part, own in zip(parts, divided, strict=True)]
        if len(grouped) > 1:
            check_apart(*grouped)
        labels = np.concatenate([part.labels for part in parts])
        if said := few_groups(count_groups(labels, codes, len(names)), names):
            self.notices.note(said)
        return grouped

    def _taken(self, train: Pair, validation: Pair | None, test: Pair | None) -> list[list[Pair]]:
        """Return which arrays are used for training, and which, if any, are the test part."""
        if validation and test:
            self.notices.note(
                f"{validation[0]} is taken as training images; a run holds its own out of them."
            )
            return [[train, validation], [test]]
        if validation:
            self.notices.note(f"{validation[0]} is taken as the test part.")
        other = test or validation
        return [[train], [other]] if other else [[train]]

    def _resized(self, pixels: UInt8Array) -> UInt8Array:
        """Return images (N, C, H, W) in the requested size."""
        size = self.image_size or pixels.shape[2]
        if size == pixels.shape[2]:
            return pixels
        made = np.empty((*pixels.shape[:2], size, size), dtype=np.uint8)
        for place in np.ndindex(pixels.shape[:2]):
            image = Image.fromarray(pixels[place])
            made[place] = np.asarray(fit_square(image, size, "stretch"))
        return made

    def _scaled(self, parts: list[npt.NDArray[Any]]) -> list[UInt8Array]:
        """Return all parts in 8 bits, with a common scale."""
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


def _joined(parts: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _check_alike(
    file: Path,
    images: Mapping[Pair, npt.NDArray[Any]],
    labels: Mapping[Pair, npt.NDArray[Any]],
) -> None:
    """Raise `DataError` unless parts have a label for each image, one shape and one kind."""
    first, one = next((pair[0], pixels) for pair, pixels in images.items())
    for pair, pixels in images.items():
        if not len(pixels):
            raise DataError(f"{file}: {pair[0]} holds no image; save at least one of each class")
        if len(pixels) != len(labels[pair]):
            raise DataError(
                f"{file}: {len(pixels)} images but {len(labels[pair])} labels in {pair[0]} and "
                f"{pair[1]}"
            )
        if pixels.shape[1:] != one.shape[1:]:
            raise DataError(f"{file}: {first} and {pair[0]} hold images of different shapes")
        if pixels.dtype.kind.replace("i", "u") != one.dtype.kind.replace("i", "u"):
            raise DataError(
                f"{file}: {first} is {one.dtype} and {pair[0]} {pixels.dtype}, which have "
                "different scales; save both alike"
            )


def _check_labels(file: Path, labels: Int64Array, first: int, classes: int, name: str) -> None:
    """Raise `DataError` unless labels are first..first+classes-1 and all there."""
    found = np.unique(labels)
    if classes < 2 or len(found) != classes or (found != np.arange(first, first + classes)).any():
        raise DataError(
            f"{file}: the labels in {name} must be 0 to K-1 (or 1 to K) with at least two classes "
            f"and no gap; they are {found[:20].tolist()}"
        )
