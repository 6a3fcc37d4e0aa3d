"""Arrays of many rows on disk, filled a block at a time; where a killed process was is known."""

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
"""Rows that are made, written and noted as done together."""

DONE = "done"
"""File of a folder that is being filled: for each block its end and its digest."""

Rows = Mapping[str, np.dtype[Any]]
"""Of each array, what a row is; a row of several numbers has a subarray type."""

Build = Callable[[int, int], Arrays]
"""Makes the rows from one number up to another."""


def filled(key: str, rows: Rows, count: int, build: Build, notices: Notices) -> Arrays:
    """Return the arrays of a key, mapped from disk; rows that are not there are made.

    As `geneticgan.data.cache.cached`, but no array is ever whole in memory, and what a process
    had made before it was killed is not made again. Of processes that want the same, one makes
    it and the others wait.

    Parameters
    ----------
    key : str
        From `geneticgan.data.cache.content_key`.
    rows : mapping of str to dtype
        The arrays.
    count : int
        How many rows each has.
    build : callable
        Called for one block after the other.
    notices : Notices
        Hears of what is there already, and if the arrays cannot be kept.
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
            found = read_entry(folder / key)  # of the process that was waited for
            if found is not None:
                return found
            try:
                _Filling(partial, rows, count).go_on(build, notices)
            except OSError:
                shutil.rmtree(partial, ignore_errors=True)  # the disk is full: give it back
                raise
            finish_entry(partial, folder / key)
            return mapped(folder / key, rows)
    except OSError as error:
        notices.note(not_kept(error))
    return build(0, count)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Wait until no other process fills the same; the system ends the wait when one is killed."""
    with FileLock(path):
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


class _Filling:
    """A folder that is being filled."""

    def __init__(self, folder: Path, rows: Rows, count: int) -> None:
        self._folder = folder
        self._rows = dict(sorted(rows.items()))
        self._count = count
        self._offsets: dict[str, int] = {}

    def go_on(self, build: Build, notices: Notices) -> None:
        """Make the blocks that are not there."""
        start = self._open()
        if start:
            notices.note(f"{start} of {self._count} images were decoded before; going on.")
        while start < self._count:
            stop = min(start + BLOCK, self._count)
            self._write(start, stop, build(start, stop))
            start = stop
        (self._folder / DONE).unlink(missing_ok=True)
        for name in self._rows:
            sync_file(self._path(name))

    def _open(self) -> int:
        """Lay out the files where they are not; return how many rows are as they were written."""
        self._folder.mkdir(exist_ok=True)
        fits = True
        for name, row in self._rows.items():
            path, layout = self._path(name), self._folder / ".layout.npy"
            shape = self._count, *row.shape
            # Holes: it takes no room yet.
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
        """Return the end and the digest of the blocks that are as they were written."""
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
        """Write rows, and then that they are written."""
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
