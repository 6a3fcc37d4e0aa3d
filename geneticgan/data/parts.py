"""Folders that are parts of a data set, not classes: train, validation and test."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from geneticgan.data.listing import Listing, list_images

TRAIN = ("train", "training")
VALIDATION = ("validation", "valid", "val", "dev")
TEST = ("test", "testing")


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


def find_parts(listing: Listing) -> Parts | None:
    """Return the parts of a folder, or None where its folders are no parts.

    A validation part is the test part if there is no other; else it is trained on, since a run
    holds out its own.
    """
    known = {name.lower(): name for name in listing.folders}
    train, validation, test = (
        next((known[word] for word in words if word in known), "")
        for words in (TRAIN, VALIDATION, TEST)
    )
    if not train or not (test or validation):
        return None
    if not test:
        return Parts(listing.root, (train,), validation, f"{validation} is taken as the test part.")
    if not validation:
        return Parts(listing.root, (train,), test)
    said = f"{validation} is taken as training images; a run holds its own out of them."
    return Parts(listing.root, (train, validation), test, said)
