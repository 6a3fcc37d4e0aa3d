"""Recognising the parts of a data set (train, validation, test) by the names of folders."""

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
"""The words that people use for each part, in lower case."""

PART_OF_WORD = {word: part for part, words in WORDS.items() for word in words}
"""The part that each of these words means."""

BETWEEN = re.compile(r"[\W\d_]+|(?<=[a-z])(?=[A-Z])")
"""The boundary between words in a name such as ``seg_train``, ``TestSet`` or ``Training Data``."""


@dataclass(frozen=True)
class Parts:
    """The parts that a folder contains.

    Attributes
    ----------
    root : Path
        The folder.
    train : tuple of str
        The names of the folders with training images.
    test : str
        The name of the folder with test images.
    said : str
        A notice on how the parts are used, for the user; may be empty.
    """

    root: Path
    train: tuple[str, ...]
    test: str
    said: str = ""

    def listing(self, name: str) -> Listing:
        """Return the listing of one part; a part may be a link to another."""
        return list_images(self.root / name)


def part_of(name: str) -> str:
    """Return ``train``, ``validation`` or ``test`` by the words in a name; otherwise nothing."""
    parts = {PART_OF_WORD.get(word.lower(), "") for word in BETWEEN.split(name)} - {""}
    return parts.pop() if len(parts) == 1 else ""


def find_parts(listing: Listing) -> Parts | None:
    """Return the parts of a folder, or None if its folders are not parts.

    A validation part is used as the test part if there is no other; otherwise its images are
    training images, since a run holds out its own. Images beside the parts are left out, with a
    notice.
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
        said.append(f"{validation} is used as the test part.")
        return Parts(listing.root, (train,), validation, " ".join(said))
    if validation:
        said.append(
            f"The images in {validation} are used for training; every run holds out its own "
            "validation images."
        )
    train_parts = (train, validation) if validation else (train,)
    return Parts(listing.root, train_parts, test, " ".join(said))


def tested_inside(places: Collection[str]) -> set[str]:
    """Return the images in CLASS/test, or nothing unless every class consists of parts."""
    part = {name: part_of(name) for name in set(map(_second, places))}
    if not {"train", "test"} <= set(part.values()) or "" in part.values():
        return set()
    return {place for place in places if part[_second(place)] == "test"}


def _second(place: str) -> str:
    """Return the second folder of a relative path, or nothing."""
    parts = place.split("/", 2)
    return parts[1] if len(parts) > 2 else ""


def _named(folders: Iterable[str], part: str) -> str:
    """Return the folder of a part: one with its exact name, or the only one with such a word."""
    exact = {name.lower(): name for name in folders}
    for word in WORDS[part]:
        if word in exact:
            return exact[word]
    found = [name for name in folders if part_of(name) == part]
    return found[0] if len(found) == 1 else ""
