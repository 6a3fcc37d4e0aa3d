"""What is said of a folder or a list: what was left out, what is not found, what may be a slip."""

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
"""Suffixes of files that show something and that are not read here."""

LISTS = (".csv", ".tsv")
"""Suffixes of files that may be a list of the images."""

LEADING = r"^([A-Za-z]+)"
"""An expression that finds the class in many names of files."""


def others_said(listing: Listing) -> str:
    """Say which files are no images that can be read; empty if there are none."""
    if not listing.others:
        return ""
    counts = sorted(listing.others.items(), key=lambda each: (-each[1], each[0]))
    told = some([f"{count} {suffix or 'without a suffix'}" for suffix, count in counts])
    text = f"Left out what is no image that is known here: {told}."
    pictures = [suffix for suffix, _ in counts if suffix in PICTURES]
    if pictures:
        text += f" If {some(pictures)} are your images, convert them first, to PNG or TIFF."
    return text


def nothing_found(listing: Listing) -> str:
    """Say that a folder has no class with an image, and what it has instead."""
    text = f"Couldn't find any class folder with an image in {listing.root}"
    direct = [place for place in listing.files if "/" not in place]
    archives = [
        name for name in sorted(os.listdir(listing.root)) if is_archive(listing.root / name)
    ]
    if direct:
        found = re.search(LEADING, direct[0])
        text += f"; {len(direct)} images lie in it directly, such as {direct[0]}"
        example = f"{LEADING} takes {found[1]!r}" if found else f"{LEADING} takes letters in front"
        text += (
            ": if their names tell the class, say 'folder:classes=EXPRESSION', where "
            f"{example}; if a list does, say --dataset csv"
        )
    if archives:
        text += f"; it holds archives, {some(archives)}: name one by --data-root, or unpack them"
    if listing.others:
        text += f". {others_said(listing)}"
    if any(suffix in LISTS for suffix in listing.others):
        text += " A list of images is read by --dataset csv."
    return text.rstrip(".")


def alike_said(names: Sequence[str]) -> str:
    """Say which names of classes are the same but for capitals; empty if none are."""
    spellings: dict[str, list[str]] = defaultdict(list)
    for name in names:
        spellings[name.casefold()].append(name)
    several = [" and ".join(each) for each in spellings.values() if len(each) > 1]
    if not several:
        return ""
    return f"{some(several)} differ by capitals alone, and are taken as classes of their own."
