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


class Npz(Dataset):
    """Your own images in an npz file: x_train, y_train and, for a test part, x_test and y_test.

    Images are (N, H, W), (N, H, W, C) or (N, C, H, W), uint8, or floating point in [0, 1];
    labels are whole numbers from 0 without a gap. ``classes``, if it is there, names them.
    Without a test part a fifth of each class, drawn by the seed, is held out.

    Parameters
    ----------
    data_root : str
        The npz file.
    """

    def __init__(self, data_root: str = "") -> None:
        self.data_root = data_root

    def load(self) -> Source:
        """Read the arrays; `DataError` if one is missing, damaged, or no images or labels."""
        if not self.data_root:
            raise DataError("npz needs to know where: name the file with --data-root")
        file = Path(self.data_root)
        arrays = _read(file)
        train = _images(file, arrays, "train")
        classes = int(train.labels.max()) + 1
        _check_labels(file, train.labels, classes, "y_train")
        names = _names(file, arrays, classes)
        if "x_test" not in arrays and "y_test" not in arrays:
            return with_test_part(train, names)
        test = _images(file, arrays, "test")
        _check_labels(file, test.labels, classes, "y_test")
        if test.pixels.shape[1:] != train.pixels.shape[1:]:
            raise DataError(f"{file}: x_train and x_test hold images of different shapes")
        return Source(train, test, names)


def _read(file: Path) -> dict[str, npt.NDArray[Any]]:
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as content:
            return {name: content[name] for name in content.files}
    except UNREADABLE as error:
        raise DataError(f"{file} cannot be read as an npz file of arrays ({error})") from error


def _images(file: Path, arrays: dict[str, npt.NDArray[Any]], part: str) -> Images:
    for name in (f"x_{part}", f"y_{part}"):
        if name not in arrays:
            raise DataError(f"{file} has no array {name!r} (it has {', '.join(arrays) or 'none'})")
    pixels = _pixels(file, arrays[f"x_{part}"], f"x_{part}")
    labels = arrays[f"y_{part}"]
    if labels.ndim != 1 or not np.issubdtype(labels.dtype, np.integer):
        raise DataError(f"{file}: y_{part} must be one whole number for each image")
    if len(labels) != len(pixels) or not len(labels):
        raise DataError(f"{file}: {len(pixels)} images but {len(labels)} labels in part {part!r}")
    return Images(pixels, labels.astype(np.int64))


def _pixels(file: Path, array: npt.NDArray[Any], name: str) -> UInt8Array:
    if array.ndim == 3:
        array = array[:, None]
    elif array.ndim == 4 and array.shape[3] in (1, 3) and array.shape[1] not in (1, 3):
        array = array.transpose(0, 3, 1, 2)
    if array.ndim != 4 or array.shape[1] not in (1, 3) or array.shape[2] != array.shape[3]:
        raise DataError(
            f"{file}: {name} has shape {array.shape}; images must be square, (N, H, W), "
            "(N, H, W, C) or (N, C, H, W) with 1 or 3 channels"
        )
    if np.issubdtype(array.dtype, np.floating):
        if not np.isfinite(array).all():
            raise DataError(f"{file}: {name} holds NaN or an infinity; mend those images")
        if array.min(initial=0) < 0 or array.max(initial=0) > 1:
            raise DataError(f"{file}: floating-point images must lie in [0, 1]; scale {name}")
        array = np.round(array * 255).astype(np.uint8)
    if array.dtype != np.uint8:
        raise DataError(f"{file}: {name} is {array.dtype}; images must be uint8 or floating point")
    return np.ascontiguousarray(array)


def _check_labels(file: Path, labels: Int64Array, classes: int, name: str) -> None:
    missing = sorted(set(range(classes)) - set(labels.tolist()))
    if labels.min() < 0 or labels.max() >= classes or missing or classes < 2:
        raise DataError(
            f"{file}: the labels in {name} must be 0 to K-1 with at least two classes and no gap; "
            f"they are {sorted(set(labels.tolist()))[:20]}"
        )


def _names(file: Path, arrays: dict[str, npt.NDArray[Any]], classes: int) -> tuple[str, ...]:
    if "classes" not in arrays:
        return tuple(str(label) for label in range(classes))
    names = tuple(str(name) for name in arrays["classes"].reshape(-1))
    if len(names) != classes or len(set(names)) != classes:
        raise DataError(f"{file}: classes names {len(names)} classes, the labels have {classes}")
    return names
