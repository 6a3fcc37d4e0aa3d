"""Which class an image of a folder belongs to, by where it lies."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import PurePosixPath

from geneticgan.data.listing import Listing
from geneticgan.data.parts import part_of
from geneticgan.errors import DataError, some

MANY = 3
"""Folders in a 'class' from which on they may be the classes themselves."""


def inmost(listing: Listing) -> Listing:
    """Go down while there is one folder and nothing beside it, as archives are often packed."""
    while len(listing.folders) == 1 and all(len(path.parts) > 1 for path in listing.files):
        down = listing.below(listing.folders[0])
        if len(down.folders) < 2 and any(len(path.parts) == 1 for path in down.files):
            return listing  # images of a single class
        if not down.folders:
            return listing
        listing = down
    return listing


def class_of_each(listing: Listing, classes: str) -> dict[PurePosixPath, str]:
    """Return the class of each image that belongs to one.

    Parameters
    ----------
    listing : Listing
        Of the folder.
    classes : str
        ``top``: the folder directly below the root; ``leaf``: the folder that the image lies in;
        else a regular expression with one group, searched in the path below the root; empty is
        ``top``, unless the folder above the classes seems to have been named.

    Raises
    ------
    DataError
        If the expression cannot be read, or the classes seem to lie one folder further down.
    """
    if classes in ("", "top"):
        if not classes:
            _check_height(listing)
        return {path: path.parts[0] for path in listing.files if len(path.parts) > 1}
    if classes == "leaf":
        return {path: path.parent.name for path in listing.files if len(path.parts) > 1}
    try:
        pattern = re.compile(classes)
    except re.error as error:
        raise DataError(f"classes={classes} is no regular expression ({error})") from error
    if pattern.groups != 1:
        raise DataError(
            f"classes={classes} must be top, leaf, or a regular expression with one group in "
            f"brackets, the class; it has {pattern.groups}"
        )
    found = ((path, pattern.search(str(path))) for path in listing.files)
    return {path: match[1] for path, match in found if match and match[1]}


def folders_of_classes(found: Mapping[PurePosixPath, str]) -> str:
    """Say that the images of all classes lie in several folders each; empty if they do not."""
    inside: dict[str, set[str]] = defaultdict(set)
    for path, label in found.items():
        inside[label].add(path.parts[1] if len(path.parts) > 2 else "")
    if any("" in names or len(names) < MANY for names in inside.values()):
        return ""
    label, names = min(inside.items())
    return (
        f"Each class has folders of its own, such as {label}/{min(names)}. If these are the "
        "classes, say folder:classes=leaf; if each is a patient, a sheet or the like, keep it on "
        "one side of every split by folder:group=/([^/]+)/"
    )


def _check_height(listing: Listing) -> None:
    inside: dict[str, set[str]] = defaultdict(set)
    plain = set()
    for path in listing.files:
        if len(path.parts) == 2:
            plain.add(path.parts[0])
        elif len(path.parts) > 2:
            inside[path.parts[0]].add(path.parts[1])
    high = [name for name, below in sorted(inside.items()) if len(below) >= MANY]
    high = [name for name in high if name not in plain]
    if high and plain:
        name = high[0]
        raise DataError(
            f"{listing.root} seems to be one folder too high: {name!r} holds {len(inside[name])} "
            f"folders of images, {min(plain)!r} holds none; name {listing.root / name} if its "
            f"folders are the classes, or say that {name!r} is a class by folder:classes=top"
        )
    shared = set.intersection(*inside.values()) if inside and not plain else set()
    if len(inside) > 1 and len(shared) > 1 and not all(map(part_of, shared)):
        above, below = some(sorted(inside)), some(sorted(shared))
        raise DataError(
            f"each of the folders {above} in {listing.root} holds the same folders, {below}: name "
            f"one of the former, or say which are the classes, {below} by folder:classes=leaf or "
            f"{above} by folder:classes=top"
        )
