"""Digests of files, which are read again only if their sizes, times or inodes have changed."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from geneticgan.data.cache import Arrays, content_key
from geneticgan.data.dataset import Int64Array, UInt8Array
from geneticgan.data.earlier import MARK, Series, by_rows
from geneticgan.data.notices import Notices

BYTES = 20
"""The length of a digest."""

SETTLED = 2 * 10**9
"""Within this many nanoseconds after a change, another one may leave the file's time unchanged."""

TASK = 64
"""The number of files that a thread processes at once."""

MANY = 10_000
"""From how many files on progress is reported."""


def digests_of(
    names: Sequence[str],
    read: Callable[[int], bytes],
    on_disk: bool,
    notices: Notices,
    known_by: str = "",
    place: str = "",
) -> UInt8Array:
    """Return a digest of the content of each file, shape (N, `BYTES`).

    Files on disk are recognised by name, size, times, device and inode together. Only those are
    read that have changed since an earlier state of the data set, or within the last two seconds,
    since a further change might not show. The digest of an unreadable file is that of the error.

    Parameters
    ----------
    names : sequence of str
        The names of the files.
    read : callable
        A function from an index to the content of the file.
    on_disk : bool
        Whether the names are the paths of the files.
    notices : Notices
        The listener that is told of progress.
    known_by : str
        A key that changes with any of the files (`geneticgan.data.known.key_of`), by which they
        are recognised without being looked at; empty if there is none.
    place : str
        What identifies the data set in all its states; empty if it has no earlier ones.
    """

    def compute(chosen: Int64Array) -> Arrays:
        found = np.empty((len(chosen), BYTES), dtype=np.uint8)

        def digest(index: int) -> None:
            try:
                value = hashlib.blake2b(read(int(chosen[index])), digest_size=BYTES)
            except OSError as error:  # the error is reported when the file is decoded
                value = hashlib.blake2b(repr(error).encode(), digest_size=BYTES)
            found[index] = np.frombuffer(value.digest(), dtype=np.uint8)

        each(digest, len(chosen), "Reading the files", notices)
        return {"digests": found}

    if known_by:
        key, mark = content_key(("files known by",), [known_by.encode()]), partial(_marks, names)
    else:
        marks = _marks(names) if on_disk else np.zeros((len(names), MARK), dtype=np.uint8)
        key = content_key(("files",), [marks.tobytes()]) if marks.any(axis=1).all() else ""
        mark = partial(np.asarray, marks)
    found = by_rows(key, Series.of(place, "files"), mark, compute, notices)
    return found["digests"]  # type: ignore[return-value]  # as compute made it


def _marks(names: Sequence[str]) -> UInt8Array:
    """Return a mark of the name and state of each file, zeros if it has just been changed.

    The state is size, two times, device and inode; a file that cannot be examined has zeros too.
    """
    found = np.zeros((len(names), MARK), dtype=np.uint8)
    settled = time.time_ns() - SETTLED
    for index, name in enumerate(names):
        try:
            status = os.stat(name)
        except (OSError, ValueError):
            continue
        written, changed = status.st_mtime_ns, status.st_ctime_ns
        if written > settled or changed > settled:
            continue
        state = name, status.st_size, written, changed, status.st_dev, status.st_ino
        mark = hashlib.blake2b(repr(state).encode("utf-8", "surrogatepass"), digest_size=MARK)
        found[index] = np.frombuffer(mark.digest(), dtype=np.uint8)
    return found


def each(work: Callable[[int], None], count: int, title: str, notices: Notices) -> None:
    """Call a function for each of many files, on all cores, and report the progress.

    Parameters
    ----------
    work : callable
        A function of the index of a file; called from several threads.
    count : int
        The number of files.
    title : str
        The title of the work, reported if there are at least `MANY` files.
    notices : Notices
        The listener that is told of progress.
    """
    if count >= MANY:
        notices.phase(title, count)

    def several(start: int) -> None:
        for index in range(start, min(start + TASK, count)):
            work(index)

    workers = os.cpu_count() or 1
    step = 16 * workers * TASK
    with ThreadPoolExecutor(workers) as pool:
        for start in range(0, count, step):
            stop = min(start + step, count)
            list(pool.map(several, range(start, stop, TASK)))
            if count >= MANY:
                notices.done(stop)
