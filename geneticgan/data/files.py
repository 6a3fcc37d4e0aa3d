"""Paths of very many files in little memory, and why one could not be read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import overload


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


def cause(error: OSError) -> str:
    """Return the reason why a file could not be read."""
    return error.strerror or str(error)
