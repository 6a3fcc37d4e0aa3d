"""Image files below a folder: each real file once, whatever lies beside them."""

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

JUNK = (
    "__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "picasa.ini", "$recycle.bin",
    "system volume information", "lost+found", "@eadir", "__pycache__",
)  # fmt: skip
"""What systems and editors leave behind, in lower case; names that begin with a dot are, too."""

OF_A_RUN = {"config.json", "log.jsonl"}
"""Files by which a run's folder is told; its samples are images, too."""

LOOKED_INTO = 5
"""Files of an unknown suffix that are opened before it is believed that none is an image."""

NO_PICTURES = {"EPS", "MPEG", "WMF", "GRIB", "BUFR", "HDF5"}
"""Formats that Pillow knows by name, and opens with another program or not at all."""


@dataclass(frozen=True)
class Listing:
    """What lies below a folder.

    Attributes
    ----------
    root : Path
        The folder.
    files : tuple of str
        Images, relative to the root, divided by slashes, sorted. There may be a million, for which
        paths would take several times the memory of texts.
    folders : tuple of str
        Folders directly below the root, sorted, also links and those without an image.
    junk : int
        Files and folders that were ignored as `JUNK`, of all that was looked through.
    others : mapping of str to int
        How many files of these are no images, by their suffix in lower case.
    runs : tuple of str
        Folders that runs of this program lie in, sorted; nothing in them is an image of the set.
    """

    root: Path
    files: tuple[str, ...]
    folders: tuple[str, ...]
    junk: int = 0
    others: Mapping[str, int] = field(default_factory=dict)
    runs: tuple[str, ...] = ()

    def below(self, name: str) -> Listing:
        """Return the part of the listing that lies in one of the root's folders."""
        begun = f"{name}/"
        files, runs = (
            tuple(place.removeprefix(begun) for place in places if place.startswith(begun))
            for places in (self.files, self.runs)
        )
        return _listing(replace(self, root=self.root / name, files=files, runs=runs))

    def without(self, left_out: Collection[str]) -> Listing:
        """Return the listing without some images, and without folders that held those alone."""
        if not left_out:
            return self
        kept = tuple(place for place in self.files if place not in left_out)
        gone = set(map(first, left_out)) - set(map(first, kept))
        folders = tuple(name for name in self.folders if name not in gone)
        return replace(self, files=kept, folders=folders)


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
    seen: defaultdict[int, set[int]] = defaultdict(set)
    files: list[str] = []
    others: Counter[str] = Counter()
    runs: list[str] = []
    links: list[str] = []
    junk = 0
    # Depth first and by name, so that what is found is sorted; names of folders are waiting, and
    # are taken off their end.
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
        except OSError:  # a link that leads nowhere, or round in a circle
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
    """Return relative paths in their order, without a copy where they are sorted already."""
    if all(in_order(one) <= in_order(other) for one, other in pairwise(places)):
        return places
    return sorted(places, key=in_order)


def first(place: str) -> str:
    """Return the first part of a relative path."""
    return place.partition("/")[0]


def in_order(place: str) -> str:
    """Return what a relative path is sorted by: part by part, as paths are."""
    return place.replace("/", "\0")


def _suffix(place: str) -> str:
    """Return a path's suffix, in lower case, as `PurePath.suffix`."""
    name = place.rpartition("/")[2]
    dot = name.rfind(".")
    return name[dot:].lower() if 0 < dot < len(name) - 1 else ""


def _listing(found: Listing) -> Listing:
    """Return the listing with its folders, without those that hold runs and no image."""
    names = [name for name in _entries(found.root) if not is_junk(name)]
    of_runs = set(map(first, found.runs)) - set(map(first, found.files))
    folders = [name for name in names if name not in of_runs and (found.root / name).is_dir()]
    return replace(found, folders=tuple(folders))


def _entries(folder: Path) -> dict[str, bool]:
    """Return what lies in a folder, sorted, and whether each is a link."""
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
    """Tell by its name whether a file or folder was left behind by a system or an editor."""
    return name.lower() in JUNK or name.startswith(".")


@cache
def _suffixes() -> frozenset[str]:
    known = Image.registered_extensions()  # loads every format
    return frozenset(s for s, kind in known.items() if kind in Image.OPEN.keys() - NO_PICTURES)


def _is_image(path: str, others: Mapping[str, int]) -> bool:
    """Tell by the suffix, and where it is none that is known by the file's beginning."""
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
