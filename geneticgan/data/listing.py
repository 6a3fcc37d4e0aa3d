"""Listing the image files below a folder, each real file once."""

from __future__ import annotations

import os
import stat
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from geneticgan.errors import DataError

JUNK = frozenset((
    "__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "picasa.ini", "$recycle.bin",
    "system volume information", "lost+found", "@eadir", "__pycache__",
))  # fmt: skip
"""The names, in lower case, of files and folders that systems and editors leave behind. Names that
begin with a dot are ignored as well."""

OF_A_RUN = {"config.json", "log.jsonl"}
"""The files by which the folder of a run is recognised; its samples are not the user's images."""

LOOKED_INTO = 5
"""How many files with the same unknown suffix are opened before the others are skipped."""

NO_PICTURES = {"EPS", "MPEG", "WMF", "GRIB", "BUFR", "HDF5"}
"""The formats that Pillow knows but cannot open, or opens only with another program."""


@dataclass(frozen=True)
class Listing:
    """The content of a folder.

    Attributes
    ----------
    root : Path
        The folder.
    files : tuple of str
        The sorted paths of the images relative to the root, with slashes. They are texts, since a
        million `Path` objects would take several times the memory.
    folders : tuple of str
        The sorted names of the folders directly below the root, including links and folders
        without images.
    junk : int
        The number of files and folders that were ignored as `JUNK`, at any depth.
    others : mapping of str to int
        The number of files that are not images, by suffix in lower case.
    runs : tuple of str
        The sorted paths of the folders that are runs of geneticgan; their images are left out.
    """

    root: Path
    files: tuple[str, ...]
    folders: tuple[str, ...]
    junk: int = 0
    others: Mapping[str, int] = field(default_factory=dict)
    runs: tuple[str, ...] = ()

    def below(self, name: str) -> Listing:
        """Return the listing of one of the folders directly below the root."""
        begun = f"{name}/"
        files, runs = (
            tuple(place.removeprefix(begun) for place in places if place.startswith(begun))
            for places in (self.files, self.runs)
        )
        return _listing(replace(self, root=self.root / name, files=files, runs=runs))

    def without(self, left_out: Collection[str]) -> Listing:
        """Return the listing without some images and without folders that hold only those."""
        if not left_out:
            return self
        kept = tuple(place for place in self.files if place not in left_out)
        gone = set(map(first, left_out)) - set(map(first, kept))
        folders = tuple(name for name in self.folders if name not in gone)
        return replace(self, files=kept, folders=folders)


def list_images(root: Path) -> Listing:
    """List the image files below a folder.

    Links are followed only after all real files and folders, and each real file or folder counts
    once. Loops of links therefore end, and a linked image keeps its real path. Only regular files
    are opened.

    Parameters
    ----------
    root : Path
        The folder.

    Raises
    ------
    DataError
        If a folder cannot be listed.
    """
    seen: defaultdict[int, set[int]] = defaultdict(set)
    files: list[str] = []
    others: Counter[str] = Counter()
    runs: list[str] = []
    links: list[str] = []
    junk = 0
    # The search goes depth first and by name, so that the result is sorted. Names wait in reversed
    # order, since they are taken from the end.
    waiting = [("", [""])]
    while waiting or links:
        if not waiting:
            waiting = [("", links[::-1])]
            links = []
        above, names = waiting[-1]
        if not names:
            waiting.pop()
            continue
        place = above + names.pop()
        path = os.path.join(root, place)
        try:
            status = os.stat(path)
        except OSError:  # a link that leads nowhere or in a circle
            others[_suffix(place)] += 1
            continue
        if status.st_ino in seen[status.st_dev]:
            continue
        seen[status.st_dev].add(status.st_ino)
        if stat.S_ISDIR(status.st_mode):
            below = f"{place}/" if place else ""
            inside = _entries(Path(path))
            if place and inside.keys() >= OF_A_RUN:
                runs.append(place)
                continue
            kept = [name for name in inside if not is_junk(name)]
            junk += len(inside) - len(kept)
            links += [below + name for name in kept if inside[name]]
            waiting.append((below, [name for name in reversed(kept) if not inside[name]]))
        elif stat.S_ISREG(status.st_mode) and _is_image(path, others):
            files.append(place)
        else:
            others[_suffix(place)] += 1
    return _listing(
        Listing(root, tuple(sorted_places(files)), (), junk, others, tuple(sorted(runs)))
    )


def sorted_places(places: list[str]) -> list[str]:
    """Return relative paths sorted by `in_order`, without a copy if they are sorted already."""
    if all(in_order(one) <= in_order(other) for one, other in pairwise(places)):
        return places
    return sorted(places, key=in_order)


def first(place: str) -> str:
    """Return the first part of a relative path."""
    return place.partition("/")[0]


def in_order(place: str) -> str:
    """Return the key by which relative paths are sorted: part by part, as `Path` objects are."""
    return place.replace("/", "\0")


def _suffix(place: str) -> str:
    """Return the suffix of a path in lower case, as by `PurePath.suffix`."""
    name = place.rpartition("/")[2]
    dot = name.rfind(".")
    return name[dot:].lower() if 0 < dot < len(name) - 1 else ""


def _listing(found: Listing) -> Listing:
    """Return the listing with its folders, without those that hold only runs."""
    names = [name for name in _entries(found.root) if not is_junk(name)]
    of_runs = set(map(first, found.runs)) - set(map(first, found.files))
    folders = [name for name in names if name not in of_runs and (found.root / name).is_dir()]
    return replace(found, folders=tuple(folders))


def _entries(folder: Path) -> dict[str, bool]:
    """Return the sorted names in a folder, and for each whether it is a link."""
    try:
        with os.scandir(folder) as found:
            inside = {entry.name: entry.is_symlink() for entry in found}
            return {name: inside[name] for name in sorted(inside)}
    except OSError as error:
        raise DataError(
            f"{folder} cannot be read: {error.strerror or error}; change its permissions or move "
            "it elsewhere"
        ) from error


def is_junk(name: str) -> bool:
    """Return whether a file or folder was, by its name, left behind by a system or an editor."""
    return name[:1] == "." or name.lower() in JUNK


@cache
def _suffixes() -> frozenset[str]:
    known = Image.registered_extensions()  # this loads all formats
    return frozenset(s for s, kind in known.items() if kind in Image.OPEN.keys() - NO_PICTURES)


def _is_image(path: str, others: Mapping[str, int]) -> bool:
    """Return whether a file is an image, by its suffix or, if that is unknown, by its content."""
    suffix = _suffix(path)
    if suffix in _suffixes():
        return True
    if suffix and others.get(suffix, 0) >= LOOKED_INTO:
        return False
    try:
        with Image.open(path) as image:
            return image.format not in NO_PICTURES
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
