"""Which class an image of a folder belongs to, by where it lies."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from geneticgan.data.listing import Listing, first
from geneticgan.data.parts import part_of
from geneticgan.errors import DataError, some

MANY = 3
"""Folders in a 'class' from which on they may be the classes themselves."""


def inmost(listing: Listing) -> Listing:
    """Go down while there is one folder and nothing beside it, as archives are often packed."""
    while len(listing.folders) == 1 and all("/" in place for place in listing.files):
        down = listing.below(listing.folders[0])
        if len(down.folders) < 2 and any("/" not in place for place in down.files):
            return listing  # images of a single class
        if not down.folders:
            return listing
        listing = down
    return listing


def class_of_each(listing: Listing, classes: str) -> dict[str, str]:
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
        return _named((place, first(place)) for place in listing.files if "/" in place)
    if classes == "leaf":
        return _named((place, place.split("/")[-2]) for place in listing.files if "/" in place)
    try:
        pattern = re.compile(classes)
    except re.error as error:
        raise DataError(f"classes={classes} is no regular expression ({error})") from error
    if pattern.groups != 1:
        raise DataError(
            f"classes={classes} must be top, leaf, or a regular expression with one group in "
            f"brackets, the class; it has {pattern.groups}"
        )
    found = ((place, pattern.search(place)) for place in listing.files)
    return _named((place, match[1]) for place, match in found if match and match[1])


def _named(found: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the class of each image; a name is kept once, not for each image again."""
    names: dict[str, str] = {}
    return {place: names.setdefault(name, name) for place, name in found}


def folders_of_classes(found: Mapping[str, str]) -> str:
    """Say that the images of all classes lie in several folders each; empty if they do not."""
    inside: dict[str, set[str]] = defaultdict(set)
    for place, label in found.items():
        parts = place.split("/", 2)
        inside[label].add(parts[1] if len(parts) > 2 else "")
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
    for place in listing.files:
        parts = place.split("/", 2)
        if len(parts) == 2:
            plain.add(parts[0])
        elif len(parts) > 2:
            inside[parts[0]].add(parts[1])
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
