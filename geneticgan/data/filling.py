"""Large arrays on disk that are filled block by block and continued after an interruption."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from geneticgan.data.cache import (
    Arrays,
    clear_abandoned,
    entries,
    finish_entry,
    mapped,
    not_kept,
    read_entry,
)
from geneticgan.data.notices import Notices
from geneticgan.files import open_own, sync_file

BLOCK = 4096
"""The number of rows that are computed, written and recorded together."""

DONE = "done"
"""The name of the file that records the end and the digest of each finished block."""

Rows = Mapping[str, np.dtype[Any]]
"""The dtype of a row of each array; a row of several numbers has a subarray dtype."""

Build = Callable[[int, int], Arrays]
"""A function that computes the rows from a first (included) to a last (excluded)."""


def filled(key: str, rows: Rows, count: int, build: Build, notices: Notices) -> Arrays:
    """Return the arrays of a key, mapped from disk; missing rows are computed and stored.

    This differs from `geneticgan.data.cache.cached` in that no array is ever whole in memory, and
    that blocks which were finished before the process was killed are not computed again. If
    several processes need the same arrays, one computes them and the others wait.

    Parameters
    ----------
    key : str
        The key of the entry, from `geneticgan.data.cache.content_key`.
    rows : mapping of str to dtype
        The name of each array and the dtype of its rows.
    count : int
        The number of rows of each array.
    build : callable
        A function that computes the rows of one block; it is called for each block in order.
    notices : Notices
        The listener that is told how many rows existed, and if the arrays cannot be stored.
    """
    folder = entries()
    found = read_entry(folder / key)
    if found is not None:
        return found
    partial = folder / f".filling-{key}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        clear_abandoned(folder)
        with _alone(folder / f".filling-{key}.lock"):
            found = read_entry(folder / key)  # another process may have finished it meanwhile
            if found is not None:
                return found
            try:
                _Filling(partial, rows, count).go_on(build, notices)
            except OSError:
                shutil.rmtree(partial, ignore_errors=True)  # the disk is full: free the space
                raise
            finish_entry(partial, folder / key)
            return mapped(folder / key, rows)
    except OSError as error:
        notices.note(not_kept(error))
    return build(0, count)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock so that no other process fills the same arrays; a killed process releases it."""
    with FileLock(path):
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


class _Filling:
    """A folder whose arrays are being filled."""

    def __init__(self, folder: Path, rows: Rows, count: int) -> None:
        self._folder = folder
        self._rows = dict(sorted(rows.items()))
        self._count = count
        self._offsets: dict[str, int] = {}

    def go_on(self, build: Build, notices: Notices) -> None:
        """Compute and write the missing blocks."""
        start = self._open()
        if start:
            notices.note(
                f"{start} of {self._count} images were decoded before; continuing with the rest."
            )
        while start < self._count:
            stop = min(start + BLOCK, self._count)
            self._write(start, stop, build(start, stop))
            start = stop
        (self._folder / DONE).unlink(missing_ok=True)
        for name in self._rows:
            sync_file(self._path(name))

    def _open(self) -> int:
        """Create the missing files, and return how many rows are intact."""
        self._folder.mkdir(exist_ok=True)
        fits = True
        for name, row in self._rows.items():
            path, layout = self._path(name), self._folder / ".layout.npy"
            shape = self._count, *row.shape
            # The file is sparse and takes no disk space yet.
            array = np.lib.format.open_memmap(layout, "w+", row.base, shape)
            self._offsets[name], size = array.offset, array.offset + array.nbytes
            del array
            if path.is_symlink() or not path.is_file() or path.stat().st_size != size:
                fits = False
                layout.replace(path)
            layout.unlink(missing_ok=True)
        stops = self._noted() if fits else []
        self._note(stops)
        return stops[-1][0] if stops else 0

    def _noted(self) -> list[tuple[int, str]]:
        """Return the end and the digest of each intact block."""
        try:
            lines = (self._folder / DONE).read_text(encoding="ascii").splitlines()
        except (OSError, ValueError):
            return []
        good: list[tuple[int, str]] = []
        start = 0
        for line in lines:
            end, _, digest = line.partition(" ")
            stop = int(end) if end.isdecimal() else 0
            if not start < stop <= self._count or self._digest(start, stop) != digest:
                break
            good.append((stop, digest))
            start = stop
        return good

    def _note(self, blocks: list[tuple[int, str]]) -> None:
        with open_own(self._folder / DONE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as file:
            file.write("".join(f"{stop} {digest}\n" for stop, digest in blocks).encode())

    def _write(self, start: int, stop: int, arrays: Arrays) -> None:
        """Write rows, and then record that they are written."""
        digest = hashlib.blake2b()
        for name in self._rows:
            data = np.ascontiguousarray(arrays[name]).data
            digest.update(data)
            with open_own(self._path(name), os.O_RDWR) as file:
                file.seek(self._place(name, start))
                file.write(data)
        line = f"{stop} {digest.hexdigest()}\n"
        with open_own(self._folder / DONE, os.O_WRONLY | os.O_APPEND) as file:
            file.write(line.encode())

    def _digest(self, start: int, stop: int) -> str:
        digest = hashlib.blake2b()
        for name, row in self._rows.items():
            with self._path(name).open("rb") as file:
                file.seek(self._place(name, start))
                digest.update(file.read((stop - start) * row.itemsize))
        return digest.hexdigest()

    def _place(self, name: str, row: int) -> int:
        return self._offsets[name] + row * self._rows[name].itemsize

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.npy"
