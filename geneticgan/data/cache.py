"""What was computed from images, kept on disk and mapped into memory instead of made again."""

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
"""Part of every key; another number makes every earlier entry unknown."""

MANIFEST = "manifest.json"
"""Of an entry: a digest of each of its files."""

ABANDONED = {".writing-*": 3600.0, ".filling-*": 7 * 86400.0}
"""Seconds after which what a killed process left is cleared away, if nothing was added to it; what
`geneticgan.data.filling` goes on with is kept for a week."""


def content_key(options: Iterable[object], digests: Iterable[bytes]) -> str:
    """Return the key of an entry: a hash of how it was made and of what it was made from.

    Parameters
    ----------
    options : iterable
        Everything besides the files that the entry depends on, told apart by ``repr``.
    digests : iterable of bytes
        A hash of each file's content, in order. Times and sizes are not looked at, so that an
        entry can never be stale.
    """
    digest = hashlib.blake2b(digest_size=20)
    for part in (FORMAT, *map(repr, options)):
        digest.update(part.encode() + b"\0")
    for each in digests:
        digest.update(each)
    return digest.hexdigest()


def cached(key: str, build: Callable[[], Arrays], notices: Notices) -> Arrays:
    """Return the arrays of a key, built and kept if they are not there yet.

    Two processes may build the same entry at once; the one that ends last keeps the other's. What
    cannot be kept (a full disk) is returned all the same, and said. An entry that is not as it was
    written is built anew.

    Parameters
    ----------
    key : str
        From `content_key`.
    build : callable
        Makes the arrays.
    notices : Notices
        Hears if they cannot be kept.
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
    """Return the folder of all entries."""
    return cache_folder() / "decoded"


def not_kept(error: OSError) -> str:
    """Say that what was made cannot be kept, and why."""
    return (
        f"The decoded images are not kept in {entries()} ({error.strerror or error}); the next "
        "run decodes them again."
    )


def read_entry(entry: Path) -> Arrays | None:
    """Map an entry; None if there is none. One that is not as it was written is deleted."""
    if not entry.is_dir():
        return None
    try:
        saved = json.loads((entry / MANIFEST).read_bytes())
        if saved != {path.stem: _digest(path) for path in entry.glob("*.npy")}:
            raise ValueError("the files are not those that were written")
        return mapped(entry, saved)
    except (OSError, ValueError, EOFError):
        shutil.rmtree(entry, ignore_errors=True)  # damaged: as if it were not there
        return None


def mapped(entry: Path, names: Iterable[str]) -> Arrays:
    """Map the arrays of an entry, copying on write: torch wants arrays that could be written to."""
    return {name: np.load(entry / f"{name}.npy", mmap_mode="c") for name in sorted(names)}


def clear_abandoned(folder: Path) -> None:
    """Delete what killed processes left long ago."""
    for pattern, age in ABANDONED.items():
        for left in folder.glob(pattern):
            with contextlib.suppress(OSError):  # another process clears, too
                if time.time() - left.stat().st_mtime > age:
                    if left.is_dir():
                        shutil.rmtree(left, ignore_errors=True)
                    else:
                        left.unlink()


def finish_entry(scratch: Path, entry: Path) -> None:
    """Give a folder of arrays, all of them written, its manifest and its place."""
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
