"""Reading files that strangers named: regular files only, so that no device is read without end."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import overload

MOST_BYTES = 2**30
"""Of an image file or a list; what is larger is neither."""


class Paths(Sequence[Path]):
    """Paths that are made when they are asked for: a million of them take much memory.

    Parameters
    ----------
    names : sequence of str
        The paths as texts.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def __len__(self) -> int:
        return len(self._names)

    @overload
    def __getitem__(self, index: int) -> Path: ...

    @overload
    def __getitem__(self, index: slice) -> Paths: ...

    def __getitem__(self, index: int | slice) -> Path | Paths:
        if isinstance(index, slice):
            return Paths(self._names[index])
        return Path(self._names[index])


class Below(Sequence[str]):
    """Paths below a folder as texts, of which the part below alone is kept.

    Parameters
    ----------
    root : Path
        The folder.
    places : sequence of str
        Relative to it.
    """

    def __init__(self, root: Path, places: Sequence[str]) -> None:
        self._root = root
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> Below: ...

    def __getitem__(self, index: int | slice) -> str | Below:
        if isinstance(index, slice):
            return Below(self._root, self._places[index])
        return os.path.join(self._root, self._places[index])


class RefusedError(OSError):
    """The file was not read, for a reason that is no error of the system."""


def read_regular(path: Path | str) -> bytes:
    """Return the content of a regular file.

    Raises
    ------
    OSError
        If it cannot be read, is a device, a pipe or a folder, or has more than `MOST_BYTES`.
    """
    # A pipe would wait here for somebody who writes into it.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise RefusedError(f"{path} is no regular file")
        if status.st_size > MOST_BYTES:
            raise RefusedError(f"{path} has {status.st_size / 2**30:.1f} GiB")
        return file.read()


def cause(error: OSError) -> str:
    """Return in words why a file could not be read."""
    return error.strerror or str(error)
