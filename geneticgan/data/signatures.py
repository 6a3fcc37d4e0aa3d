"""Digests of files, which are read again only if their sizes, times or inodes have changed."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from geneticgan.data.cache import cached, content_key
from geneticgan.data.dataset import Int64Array, UInt8Array
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
) -> UInt8Array:
    """Return a digest of the content of each file, shape (N, `BYTES`).

    Files on disk are recognised by size, times, device and inode together. If a file was changed
    within the last two seconds, all are read, since a further change might not show. The digest
    of an unreadable file is that of the error.

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
    """

    def build() -> UInt8Array:
        found = np.empty((len(names), BYTES), dtype=np.uint8)

        def digest(index: int) -> None:
            try:
                value = hashlib.blake2b(read(index), digest_size=BYTES)
            except OSError as error:  # the error is reported when the file is decoded
                value = hashlib.blake2b(repr(error).encode(), digest_size=BYTES)
            found[index] = np.frombuffer(value.digest(), dtype=np.uint8)

        each(digest, len(names), "Reading the files", notices)
        return found

    if known_by:
        return _kept(content_key(("files known by",), [known_by.encode()]), build, notices)
    now = time.time_ns()
    signatures = _signatures(names) if on_disk else None
    if signatures is None or signatures[:, 1:3].max(initial=0) > now - SETTLED:
        return build()
    joined = hashlib.blake2b()
    for name in names:
        joined.update(os.fsencode(name) + b"\0")
    key = content_key(("files",), [joined.digest(), signatures.tobytes()])
    return _kept(key, build, notices)


def _kept(key: str, build: Callable[[], UInt8Array], notices: Notices) -> UInt8Array:
    found: UInt8Array = cached(key, lambda: {"digests": build()}, notices)["digests"]  # type: ignore[assignment]  # as build made it
    return found


def _signatures(names: Sequence[str]) -> Int64Array | None:
    """Return the size, two times, device and inode of each file; None if one cannot be read."""
    found = np.empty((len(names), 5), dtype=np.int64)
    try:
        for index, name in enumerate(names):
            status = os.stat(name)
            found[index] = (
                status.st_size,
                status.st_mtime_ns,
                status.st_ctime_ns,
                status.st_dev,
                status.st_ino % 2**63,
            )
    except (OSError, ValueError, OverflowError):
        return None
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
