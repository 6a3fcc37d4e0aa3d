"""Image files below a folder: each real file once, whatever lies beside them."""

from __future__ import annotations

import os
import stat
from collections import deque
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from PIL import Image, UnidentifiedImageError

from geneticgan.errors import DataError

JUNK = ("__macosx", ".ds_store", "thumbs.db", "desktop.ini", ".ipynb_checkpoints")
"""What systems and editors leave behind, in lower case; names that begin with ``._`` are, too."""

NO_PICTURES = {"EPS", "MPEG", "WMF", "GRIB", "BUFR", "HDF5"}
"""Formats that Pillow knows by name, and opens with another program or not at all."""


@dataclass(frozen=True)
class Listing:
    """What lies below a folder.

    Attributes
    ----------
    root : Path
        The folder.
    files : tuple of PurePosixPath
        Images, relative to the root, sorted.
    folders : tuple of str
        Folders directly below the root, sorted, also links and those without an image.
    junk : int
        Files and folders that were ignored as `JUNK`.
    others : int
        Files that are no images.
    """

    root: Path
    files: tuple[PurePosixPath, ...]
    folders: tuple[str, ...]
    junk: int = 0
    others: int = 0

    def below(self, name: str) -> Listing:
        """Return the part of the listing that lies in one of the root's folders."""
        files = [path.relative_to(name) for path in self.files if path.parts[0] == name]
        return Listing(self.root / name, tuple(files), _folders(self.root / name))


def list_images(root: Path) -> Listing:
    """List the image files below a folder.

    Links are followed after everything that is really there, and each real file and folder counts
    once, so that a loop of links ends and a linked image keeps its own place. Only regular files
    are opened.

    Raises
    ------
    DataError
        If a folder cannot be listed.
    """
    seen: set[tuple[int, int]] = set()
    files: list[PurePosixPath] = []
    junk = others = 0
    waiting = deque([PurePosixPath()])
    links: deque[PurePosixPath] = deque()
    while waiting or links:
        place = waiting.popleft() if waiting else links.popleft()
        path = root / place
        try:
            status = path.stat()
        except OSError:  # a link that leads nowhere, or round in a circle
            others += 1
            continue
        key = status.st_dev, status.st_ino
        if key in seen:
            continue
        seen.add(key)
        if stat.S_ISDIR(status.st_mode):
            for name, is_link in _entries(path):
                if _is_junk(name):
                    junk += 1
                else:
                    (links if is_link else waiting).append(place / name)
        elif stat.S_ISREG(status.st_mode) and _is_image(path):
            files.append(place)
        else:
            others += 1
    return Listing(root, tuple(sorted(files)), _folders(root), junk, others)


def _folders(root: Path) -> tuple[str, ...]:
    names = [name for name, _ in _entries(root) if not _is_junk(name)]
    return tuple(name for name in names if (root / name).is_dir())


def _entries(folder: Path) -> list[tuple[str, bool]]:
    try:
        with os.scandir(folder) as found:
            return sorted((entry.name, entry.is_symlink()) for entry in found)
    except OSError as error:
        raise DataError(
            f"{folder} cannot be read: {error.strerror or error}; change its permissions or move "
            "it elsewhere"
        ) from error


def _is_junk(name: str) -> bool:
    return name.lower() in JUNK or name.startswith("._")


@cache
def _suffixes() -> frozenset[str]:
    known = Image.registered_extensions()  # loads every format
    return frozenset(s for s, kind in known.items() if kind in Image.OPEN.keys() - NO_PICTURES)


def _is_image(path: Path) -> bool:
    """Tell by the suffix, and where there is none by the file's beginning."""
    if path.suffix:
        return path.suffix.lower() in _suffixes()
    try:
        with Image.open(path):
            return True
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
