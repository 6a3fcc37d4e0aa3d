"""The cache of arrays computed from images, kept on disk and mapped into memory when needed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geneticgan.data.notices import Notices
from geneticgan.data.places import cache_folder
from geneticgan.files import open_own, write_whole, written_whole

Arrays = dict[str, npt.NDArray[np.generic]]

FORMAT = "4"
"""The version of the format, part of every key; a change invalidates all earlier entries."""

MANIFEST = "manifest.json"
"""The name of the file in an entry that holds a digest of each of the other files."""

ABANDONED = {".writing-*": 3600.0, ".filling-*": 7 * 86400.0}
"""After how many seconds without a change the files of a killed process are deleted. Those that
`geneticgan.data.filling` can continue with are kept for a week."""


def content_key(options: Iterable[object], digests: Iterable[bytes]) -> str:
    """Return the key of an entry, a hash of the files and options from which it is made.

    Parameters
    ----------
    options : iterable
        Everything besides the files on which the entry depends; compared by ``repr``.
    digests : iterable of bytes
        A hash of each file's content, in order. Since neither times nor sizes count, an entry can
        never be stale.
    """
    digest = hashlib.blake2b(digest_size=20)
    for part in (FORMAT, *map(repr, options)):
        digest.update(part.encode() + b"\0")
    for each in digests:
        digest.update(each)
    return digest.hexdigest()


def cached(key: str, build: Callable[[], Arrays], notices: Notices) -> Arrays:
    """Return the arrays of a key; if they are not in the cache, compute and store them.

    Two processes may build the same entry at once; the result of the one that finishes first is
    stored. If the disk is full, the arrays are returned all the same, with a notice. A damaged
    entry is built again.

    Parameters
    ----------
    key : str
        The key of the entry, from `content_key`.
    build : callable
        A function that computes the arrays.
    notices : Notices
        The listener that is told if the arrays cannot be stored.
    """
    folder = entries()
    found = read_entry(folder / key)
    if found is not None:
        return found
    arrays = build()
    try:
        _write(folder, key, arrays)
    except OSError as error:
        notices.note(not_kept(error))
        return arrays
    return read_entry(folder / key) or arrays


def entries() -> Path:
    """Return the folder that holds all entries."""
    return cache_folder() / "decoded"


def not_kept(error: OSError) -> str:
    """Return a message that the arrays could not be stored, and why."""
    return (
        f"The decoded images could not be stored in {entries()} ({error.strerror or error}), so "
        "the next run will decode them again."
    )


def read_entry(entry: Path) -> Arrays | None:
    """Return the arrays of an entry, mapped from disk, or None; delete a damaged entry."""
    if not entry.is_dir():
        return None
    try:
        saved = json.loads((entry / MANIFEST).read_bytes())
        if saved != {path.stem: _digest(path) for path in entry.glob("*.npy")}:
            raise ValueError("the files have changed since they were written")
        return mapped(entry, saved)
    except (OSError, ValueError, EOFError):
        shutil.rmtree(entry, ignore_errors=True)
        return None


def mapped(entry: Path, names: Iterable[str]) -> Arrays:
    """Return the arrays of an entry, mapped with copy-on-write, since torch needs writable ones."""
    return {name: np.load(entry / f"{name}.npy", mmap_mode="c") for name in sorted(names)}


def clear_abandoned(folder: Path) -> None:
    """Delete the files that killed processes left in a folder long ago."""
    for pattern, age in ABANDONED.items():
        for left in folder.glob(pattern):
            with contextlib.suppress(OSError):  # another process may delete it at the same time
                if time.time() - left.stat().st_mtime > age:
                    if left.is_dir():
                        shutil.rmtree(left, ignore_errors=True)
                    else:
                        left.unlink()


def finish_entry(scratch: Path, entry: Path) -> None:
    """Write the manifest of a folder whose arrays are complete, and move it to its place."""
    found = {path.stem: _digest(path) for path in scratch.glob("*.npy")}
    write_whole(scratch / MANIFEST, json.dumps(found).encode())
    if not entry.exists():
        scratch.rename(entry)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def _write(folder: Path, key: str, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    clear_abandoned(folder)
    scratch = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    try:
        for name, array in arrays.items():
            with (
                written_whole(scratch / f"{name}.npy") as temporary,
                open_own(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as file,
            ):
                np.save(file, array, allow_pickle=False)
        finish_entry(scratch, folder / key)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
