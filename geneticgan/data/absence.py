"""Messages about a folder or a list: files that were left out, classes not found, likely slips."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Sequence

from geneticgan.data.archives import is_archive
from geneticgan.data.listing import Listing
from geneticgan.errors import some

PICTURES = {
    ".heic", ".heif", ".dcm", ".dicom", ".ima", ".svg", ".nef", ".cr2", ".cr3", ".arw", ".dng",
    ".raf", ".orf", ".rw2", ".nii", ".mha", ".mhd", ".nrrd", ".czi", ".lif", ".nd2", ".svs",
    ".ndpi", ".mrxs", ".vsi", ".pdf", ".ai", ".exr", ".npy", ".mat", ".h5", ".hdf5",
}  # fmt: skip
"""The suffixes of files that hold pictures in formats that cannot be read here."""

LISTS = (".csv", ".tsv")
"""The suffixes of files that may be a list of the images."""

LEADING = r"^([A-Za-z]+)"
"""A regular expression that matches the class in many file names."""


def others_said(listing: Listing) -> str:
    """Return a message about the files in unknown formats, empty if there are none."""
    if not listing.others:
        return ""
    counts = sorted(listing.others.items(), key=lambda each: (-each[1], each[0]))
    told = some([f"{count} {suffix or 'without a suffix'}" for suffix, count in counts])
    text = f"Left out the files that are not images in a known format: {told}."
    pictures = [suffix for suffix, _ in counts if suffix in PICTURES]
    if pictures:
        text += f" If the {some(pictures)} files are your images, convert them to PNG or TIFF."
    return text


def nothing_found(listing: Listing) -> str:
    """Return a message that a folder has no class with an image, and what it has instead."""
    text = f"Couldn't find any class folder with an image in {listing.root}"
    direct = [place for place in listing.files if "/" not in place]
    archives = [
        name for name in sorted(os.listdir(listing.root)) if is_archive(listing.root / name)
    ]
    if direct:
        found = re.search(LEADING, direct[0])
        text += f"; {len(direct)} images lie directly in it, such as {direct[0]}"
        example = f"{LEADING} finds " + (repr(found[1]) if found else "the leading letters")
        text += (
            ": if their names contain the class, use --dataset 'folder:classes=EXPRESSION', where "
            f"{example}; if a list names the classes, use --dataset csv"
        )
    if archives:
        text += f"; it holds archives ({some(archives)}): name one with --data-root or unpack them"
    if listing.others:
        text += f". {others_said(listing)}"
    if any(suffix in LISTS for suffix in listing.others):
        text += " To read a list of images, use --dataset csv."
    return text.rstrip(".")


def alike_said(names: Sequence[str]) -> str:
    """Return a message about class names that differ only in upper and lower case, or nothing."""
    spellings: dict[str, list[str]] = defaultdict(list)
    for name in names:
        spellings[name.casefold()].append(name)
    several = [" and ".join(each) for each in spellings.values() if len(each) > 1]
    if not several:
        return ""
    return f"{some(several)} differ only in upper and lower case; each counts as its own class."
