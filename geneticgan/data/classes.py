"""The class of each image in a folder, determined by its path."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from geneticgan.data.listing import Listing, first
from geneticgan.data.parts import part_of
from geneticgan.errors import DataError, some

MANY = 3
"""How many subfolders a class needs before these may be the classes themselves."""


def inmost(listing: Listing) -> Listing:
    """Return the listing of the first folder, going down, that holds more than one folder.

    Archives are often packed so that everything lies in a single folder.
    """
    while len(listing.folders) == 1 and all("/" in place for place in listing.files):
        down = listing.below(listing.folders[0])
        if len(down.folders) < 2 and any("/" not in place for place in down.files):
            return listing  # the images of a single class
        if not down.folders:
            return listing
        listing = down
    return listing


def class_of_each(listing: Listing, classes: str) -> dict[str, str]:
    """Return the class of each image, by its path; images without a class are left out.

    Parameters
    ----------
    listing : Listing
        The listing of the folder.
    classes : str
        ``top`` if the class is the folder directly below the root, ``leaf`` if it is the folder
        that contains the image, or a regular expression with one group, the class, which is
        searched in the path below the root. An empty text means ``top``, with a check that the
        root is not one folder too high.

    Raises
    ------
    DataError
        If the expression is invalid, or the classes seem to lie one folder further down.
    """
    if classes in ("", "top"):
        if not classes:
            _check_height(listing)
        return _named((place, first(place)) for place in listing.files if "/" in place)
    if classes == "leaf":
        return _named((place, place.split("/")[-2]) for place in listing.files if "/" in place)
    try:
        pattern = re.compile(classes)
    except re.error as error:
        raise DataError(
            f"classes={classes} must be top, leaf or a regular expression ({error})"
        ) from error
    if pattern.groups != 1:
        raise DataError(
            f"classes={classes} has {pattern.groups} groups in brackets; write top, leaf, or a "
            "regular expression with exactly one, around the class"
        )
    found = ((place, pattern.search(place)) for place in listing.files)
    return _named((place, match[1]) for place, match in found if match and match[1])


def _named(found: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the class of each image, with one text object for each name, to save memory."""
    names: dict[str, str] = {}
    return {place: names.setdefault(name, name) for place, name in found}


def folders_of_classes(found: Mapping[str, str]) -> str:
    """Return a notice if every class has its images in several subfolders; otherwise nothing."""
    inside: dict[str, set[str]] = defaultdict(set)
    for place, label in found.items():
        parts = place.split("/", 2)
        inside[label].add(parts[1] if len(parts) > 2 else "")
    if any("" in names or len(names) < MANY for names in inside.values()):
        return ""
    label, names = min(inside.items())
    return (
        f"Each class contains folders, such as {label}/{min(names)}. If these are the classes, "
        "use --dataset folder:classes=leaf; if each is a patient, a sheet or the like, keep it on "
        "one side of every split with --dataset 'folder:group=/([^/]+)/'"
    )


def _check_height(listing: Listing) -> None:
    inside: dict[str, set[str]] = defaultdict(set)
    folders: dict[str, set[str]] = defaultdict(set)
    for place in listing.files:
        name, *inner = place.split("/")[:-1] or [""]
        if inner:
            inside[name].add(inner[0])
        if name:
            folders[name].add("/".join([name, *inner]))
    plain = {name for name, own in folders.items() if name in own}
    for name in sorted(folders.keys() - plain):
        above = posixpath.commonpath(folders[name])
        under = {each.removeprefix(f"{above}/").partition("/")[0] for each in folders[name]}
        depth = above.count("/") + 1
        single = {min(own) for own in folders.values() if len(own) == 1}
        flat = min(plain | {each for each in single if each.count("/") < depth}, default="")
        if flat and len(under) >= MANY and above not in folders[name]:
            raise DataError(
                f"{listing.root} seems to be one folder too high: {above!r} holds {len(under)} "
                f"folders of images, but {flat!r} holds none; if those folders are the classes, "
                f"use {listing.root / above}; if {name!r} is a class, use folder:classes=top"
            )
    shared = set.intersection(*inside.values()) if inside and not plain else set()
    if len(inside) > 1 and len(shared) > 1 and not all(map(part_of, shared)):
        above, below = some(sorted(inside)), some(sorted(shared))
        raise DataError(
            f"the folders {above} in {listing.root} all hold the same folders ({below}); use one "
            f"of the former alone, or say which are the classes: folder:classes=leaf for {below}, "
            f"folder:classes=top for {above}"
        )
