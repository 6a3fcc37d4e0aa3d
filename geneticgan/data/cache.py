"""Decoded images on disk, mapped into memory instead of decoded again."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geneticgan.data.notices import Notices
from geneticgan.data.places import cache_folder

Arrays = dict[str, npt.NDArray[np.generic]]

FORMAT = "2"
"""Part of every key; another number makes every earlier entry unknown."""


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
    cannot be kept (a full disk) is returned all the same, and said.

    Parameters
    ----------
    key : str
        From `content_key`.
    build : callable
        Makes the arrays.
    notices : Notices
        Hears if they cannot be kept.
    """
    folder = cache_folder() / "decoded"
    found = _read(folder / key)
    if found is not None:
        return found
    arrays = build()
    try:
        _write(folder, key, arrays)
    except OSError as error:
        notices.note(
            f"The decoded images are not kept in {folder} ({error.strerror or error}); the next "
            "run decodes them again."
        )
        return arrays
    return _read(folder / key) or arrays


def _read(entry: Path) -> Arrays | None:
    if not entry.is_dir():
        return None
    try:
        # Copy on write: torch wants arrays that could be written to, the file stays as it is.
        return {path.stem: np.load(path, mmap_mode="c") for path in sorted(entry.glob("*.npy"))}
    except (OSError, ValueError, EOFError):
        shutil.rmtree(entry, ignore_errors=True)  # damaged: as if it were not there
        return None


def _write(folder: Path, key: str, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    try:
        for name, array in arrays.items():
            with (scratch / f"{name}.npy").open("wb") as file:
                np.save(file, array, allow_pickle=False)
                file.flush()
                os.fsync(file.fileno())
        if not (folder / key).exists():
            scratch.rename(folder / key)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
