"""Folders, and fields of lists, that name a part of a data set: train, validation and test."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from geneticgan.data.listing import Listing, first, list_images

WORDS = {
    "train": ("train", "training", "trainset", "trn"),
    "validation": ("validation", "valid", "val", "dev", "validate"),
    "test": ("test", "testing", "testset", "tst", "eval", "evaluation", "holdout", "heldout"),
}
"""What people call each part."""

PART_OF_WORD = {word: part for part, words in WORDS.items() for word in words}

BETWEEN = re.compile(r"[\W\d_]+|(?<=[a-z])(?=[A-Z])")
"""What divides the words of a name such as ``seg_train``, ``TestSet`` or ``Training Data``."""


@dataclass(frozen=True)
class Parts:
    """The parts that a folder holds.

    Attributes
    ----------
    root : Path
        The folder.
    train : tuple of str
        Names of the folders with training images.
    test : str
        Name of the folder with test images.
    said : str
        What is worth knowing of how they are used; may be empty.
    """

    root: Path
    train: tuple[str, ...]
    test: str
    said: str = ""

    def listing(self, name: str) -> Listing:
        """List one of the parts; each on its own, so that one may be a link to the other."""
        return list_images(self.root / name)


def part_of(name: str) -> str:
    """Return ``train``, ``validation`` or ``test`` by the words of a name; empty for another."""
    parts = {PART_OF_WORD.get(word.lower(), "") for word in BETWEEN.split(name)} - {""}
    return parts.pop() if len(parts) == 1 else ""


def find_parts(listing: Listing) -> Parts | None:
    """Return the parts of a folder, or None where its folders are no parts.

    A validation part is the test part if there is no other; else it is trained on, since a run
    holds out its own. What lies beside the parts is left out, and said.
    """
    train, validation, test = (_named(listing.folders, part) for part in WORDS)
    if not train or not (test or validation):
        return None
    said = []
    beside = [name for name in listing.folders if name not in (train, validation, test)]
    held = sum(first(place) in beside for place in listing.files)
    if held:
        said.append(f"Left out {held} images beside the parts, in {', '.join(beside)}.")
    if not test:
        said.append(f"{validation} is taken as the test part.")
        return Parts(listing.root, (train,), validation, " ".join(said))
    if validation:
        said.append(f"{validation} is taken as training images; a run holds its own out of them.")
    train_parts = (train, validation) if validation else (train,)
    return Parts(listing.root, train_parts, test, " ".join(said))


def tested_inside(places: Collection[str]) -> set[str]:
    """Return the images that lie in CLASS/test; empty unless all lie in a part of their class."""
    part = {name: part_of(name) for name in set(map(_second, places))}
    if not {"train", "test"} <= set(part.values()) or "" in part.values():
        return set()
    return {place for place in places if part[_second(place)] == "test"}


def _second(place: str) -> str:
    """Return the folder below the first in a relative path; empty without one."""
    parts = place.split("/", 2)
    return parts[1] if len(parts) > 2 else ""


def _named(folders: Iterable[str], part: str) -> str:
    """Return the folder of a part: one that is called so, or the only one with such a word."""
    exact = {name.lower(): name for name in folders}
    for word in WORDS[part]:
        if word in exact:
            return exact[word]
    found = [name for name in folders if part_of(name) == part]
    return found[0] if len(found) == 1 else ""
