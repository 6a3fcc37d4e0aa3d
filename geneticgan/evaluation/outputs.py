"""Class logits of images that a network was not trained on, with their labels, in files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geneticgan.data.dataset import Int64Array
from geneticgan.errors import RunError
from geneticgan.files import written_whole

HASH = "_sha256"
"""The end of the name of an array's hash."""


@dataclass(frozen=True)
class Predicted:
    """The classifier's output on a part of the data.

    Attributes
    ----------
    logits : array of float64
        Class logits, of shape (N, K).
    labels : array of int64
        True labels, of shape (N,).
    """

    logits: npt.NDArray[np.float64]
    labels: Int64Array


@dataclass(frozen=True)
class OutOfFold(Predicted):
    """The output of networks trained on splits, each on the images that its split held out.

    Attributes
    ----------
    images : array of int64
        Index in the data set of the image of each row; an image may be held out several times.
    splits : array of int64
        Number of the split of each row.
    """

    images: Int64Array
    splits: Int64Array

    @property
    def networks(self) -> int:
        """Number of networks that the output is of."""
        return len(np.unique(self.splits))

    def count(self, label: int | None = None) -> int:
        """Return the number of images, each counted once: of one class, or of all."""
        own = self.images if label is None else self.images[self.labels == label]
        return len(np.unique(own))

    def write(self, path: Path) -> None:
        """Write it to a file; `OSError` if that is not possible."""
        path.parent.mkdir(parents=True, exist_ok=True)
        write_arrays(path, vars(self))

    @classmethod
    def read(cls, path: Path) -> OutOfFold:
        """Read what `write` wrote; raises as `read_arrays`."""
        names = ("logits", "labels", "images", "splits")
        found = cls(*read_arrays(path, names))
        if not len(found.labels) == len(found.images) == len(found.splits):
            raise RunError(f"{path} is damaged: its shapes do not fit")
        return found

    @classmethod
    def joined(cls, found: Sequence[OutOfFold]) -> OutOfFold:
        """Return the outputs of several splits as one."""
        arrays = (vars(one).values() for one in found)
        return cls(*(np.concatenate(each) for each in zip(*arrays, strict=True)))


def write_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """Write arrays to a compressed file, whole or not at all; `OSError` if that is not possible."""
    with written_whole(path) as temporary:
        hashes: dict[str, Any] = {f"{name}{HASH}": _hash(each) for name, each in arrays.items()}
        np.savez_compressed(temporary, **arrays, **hashes)


def _hash(array: npt.ArrayLike) -> str:
    """Return the SHA-256 of an array with its shape and type."""
    whole = np.ascontiguousarray(array)
    about = f"{whole.dtype.str} {whole.shape} ".encode()
    return hashlib.sha256(about + whole.tobytes()).hexdigest()


def read_arrays(path: Path, names: Sequence[str]) -> list[npt.NDArray[Any]]:
    """Read logits, their labels and whatever else is named from a file.

    Raises
    ------
    FileNotFoundError
        If there is no file.
    RunError
        If it is damaged, or a symbolic link.
    """
    try:
        if path.is_symlink():
            raise OSError("it is a symbolic link")
        with np.load(path) as found:
            arrays = [found[name] for name in names]
            hashes = [found.get(f"{name}{HASH}") for name in names]
        for name, array, expected in zip(names, arrays, hashes, strict=True):
            if expected is not None and expected != _hash(array):  # earlier versions wrote none
                raise ValueError(f"{name} was changed after it was written")
    except FileNotFoundError:
        raise
    except Exception as error:  # whatever a damaged archive raises
        raise RunError(f"{path} is damaged: {error}") from error
    if arrays[0].ndim != 2 or len(arrays[0]) != len(arrays[1]):
        raise RunError(f"{path} is damaged: its shapes do not fit")
    return arrays
