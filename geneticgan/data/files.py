"""Reading files named by untrusted input: only regular files, so that no device is ever read."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import overload

MOST_BYTES = 2**30
"""The maximal size in bytes of an image file or a list."""


class Paths(Sequence[Path]):
    """A sequence of paths that are created on access, since a million of them take much memory.

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
    """A sequence of paths below a folder, as texts, of which only the relative part is stored.

    Parameters
    ----------
    root : Path
        The folder.
    places : sequence of str
        The paths relative to the folder.
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
    """A file was not read because it is not a regular file or too large."""


def read_regular(path: Path | str) -> bytes:
    """Return the content of a regular file.

    Raises
    ------
    OSError
        If the file cannot be read, is a device, a pipe or a folder, or has more than `MOST_BYTES`.
    """
    # Without O_NONBLOCK, opening a pipe would wait for a writer.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise RefusedError("not a regular file")
        if status.st_size > MOST_BYTES:
            raise RefusedError(f"larger than {MOST_BYTES / 2**30:.0f} GiB")
        return file.read()


def cause(error: OSError) -> str:
    """Return the reason why a file could not be read."""
    return error.strerror or str(error)
