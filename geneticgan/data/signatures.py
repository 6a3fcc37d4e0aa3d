"""Digests of files, which are read again only where their size, times or places have changed."""

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
"""Of a digest."""

SETTLED = 2 * 10**9
"""Nanoseconds since its last change after which a file that changes has another time."""

TASK = 64
"""Files that a thread takes at once."""

MANY = 10_000
"""Files from which on it is worth saying how far the reading is."""


def digests_of(
    names: Sequence[str],
    read: Callable[[int], bytes],
    on_disk: bool,
    notices: Notices,
    known_by: str = "",
) -> UInt8Array:
    """Return a digest of each file's content, shape (N, `BYTES`); an error has one, too.

    Files on disk are known again by size, times, device and inode together; files that were
    changed in the last seconds are always read, since their next change might not show.

    Parameters
    ----------
    names : sequence of str
        Of the files.
    read : callable
        From an index to the content.
    on_disk : bool
        Whether the names are paths of the files.
    notices : Notices
        Hears how far it is.
    known_by : str
        A key that changes with any of the files, which then need not be looked at here; or empty.
    """

    def build() -> UInt8Array:
        found = np.empty((len(names), BYTES), dtype=np.uint8)

        def digest(index: int) -> None:
            try:
                value = hashlib.blake2b(read(index), digest_size=BYTES)
            except OSError as error:  # found unreadable when it is decoded
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
    """Return size, two times, device and inode of each file; None if one cannot be told."""
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
    """Do something for each of many files, on all cores, and say how far it is.

    Parameters
    ----------
    work : callable
        Given an index.
    count : int
        How many.
    title : str
        Of the work; said where there are many.
    notices : Notices
        Hears of it.
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
