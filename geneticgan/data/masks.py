"""Masks that lie beside photographs: pictures of where something is, not of what it looks like."""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

THROUGHOUT = 0.9
"""Share of the files that look like masks by their names that must lie beside a photograph."""

FEWEST = 2
"""Pairs, below which two equal names may be chance."""

LOOKED_AT = 40
"""Pairs that are opened to tell which of the two is the mask."""

FLAT = 0.8
"""A mask has at least this share of its pixels in its two most frequent grey levels (median)."""

VARIED = 0.5
"""A photograph has less than this share there, where its name says nothing."""

WORDS = (
    "mask|masks|msk|seg|segm|segmentation|segmented|gt|groundtruth|ground[-_ ]?truth|label|labels|"
    "annotation|annotated|anno|roi|binary|bin|superpixels|trimap|contour|lesion"
)
"""What names of masks have at an end, where there is a photograph of the rest of the name."""

NUMBER = r"(?:[-_. ]?\d{1,2})?"
"""Of several masks of one photograph: ``x_mask_1.png``."""

AT_THE_END = re.compile(rf"[-_. ](?:{WORDS}){NUMBER}$", re.IGNORECASE)
GROWN_ON = re.compile(r"(?<=[a-z0-9)])(?:Mask|Seg|Segmentation|GT|Label|ROI)" + NUMBER + "$")
IN_FRONT = re.compile(rf"^(?:{WORDS})[-_. ]", re.IGNORECASE)

MASKS = (AT_THE_END, GROWN_ON, IN_FRONT)

FOLDER = re.compile(
    r"(?:.*[-_. ])?(?:masks?|msk|seg|segmentations?|segmented|gt|ground[-_ ]?truths?|labels?|"
    r"annotations?|rois?|trimaps?)",
    re.IGNORECASE,
)
"""What folders of masks are called, where there is a folder of photographs beside."""

PHOTOGRAPH = re.compile(
    r"[-_. ](?:img|image|photo|rgb|orig|original|raw|scan)$|^(?:img|image|photo)[-_. ]",
    re.IGNORECASE,
)
"""What names of photographs have where those of their masks have another word."""

PHOTOGRAPHS = re.compile(r"(?:imgs?|images?|photos?|rgb|originals?|raw|scans?)", re.IGNORECASE)
"""What folders of photographs beside folders of masks are called."""

Pair = tuple[str, str]
"""A photograph and its mask; where names do not tell which, in the order of their suffixes."""


def find_masks(root: Path, files: Sequence[str]) -> set[str]:
    """Return the files that are masks of others.

    A mask has the name of its photograph and one of `WORDS` (``x_mask.png``), or lies in a folder
    called so beside the photographs' (``masks/x.png``), or has the same name with another suffix
    (``x.png`` beside ``x.jpg``). That alone is not enough: nearly all files of such names must lie
    beside a photograph, and have few grey levels where the photographs have more.

    Parameters
    ----------
    root : Path
        The folder of all files.
    files : sequence of str
        Relative to the root.
    """
    by_name = any(each.search(_name(place)) for place in files for each in MASKS)
    folders = {part for above in set(map(os.path.dirname, files)) for part in above.split("/")}
    by_place = any(map(FOLDER.fullmatch, folders))
    ways = ((True, False), (False, True), (True, True)) if by_name or by_place else ()
    for by_file, by_folder in ways:
        named = _pairs_by_word(files, by_file, by_folder)
        flat, varied = _flatness_of(root, named)
        if flat >= FLAT and varied < flat:
            return {mask for _, mask in named}
    pairs = _pairs_by_suffix(files)
    second, first = _flatness_of(root, pairs)
    if max(first, second) >= FLAT and min(first, second) < VARIED:
        return {pair[second > first] for pair in pairs}
    return set()


def _pairs_by_suffix(files: Sequence[str]) -> list[Pair]:
    """Return pairs of equal names with two suffixes, the same two everywhere."""
    if len(set(map(_suffix, files))) < 2:
        return []
    named: dict[str, list[str]] = defaultdict(list)
    for place in files:
        named[os.path.splitext(place)[0]].append(place)
    both = [sorted(places, key=_suffix) for places in named.values() if len(places) == 2]
    kinds = Counter((_suffix(one), _suffix(other)) for one, other in both)
    if not kinds:
        return []
    ((usual, _),) = kinds.most_common(1)
    pairs = [(one, other) for one, other in both if (_suffix(one), _suffix(other)) == usual]
    suffixes = Counter(map(_suffix, files))
    fewer = min(suffixes[suffix] for suffix in usual)
    return pairs if len(pairs) >= max(FEWEST, THROUGHOUT * fewer) else []


def _pairs_by_word(files: Sequence[str], by_file: bool, by_folder: bool) -> list[Pair]:
    """Return photographs with the files whose names, or folders, say that they are their masks."""
    photographs: dict[str, str] = {}
    masks: list[Pair] = []
    for place in files:
        name, is_mask = _name(place), False
        folders = place.split("/")[:-1]
        if by_file:
            for expression in MASKS:
                name = expression.sub("", name) or name
            is_mask = name != _name(place)
            name = PHOTOGRAPH.sub("", name) or name
        if by_folder:
            plain = [each for each in folders if not FOLDER.fullmatch(each)]
            is_mask = is_mask or plain != folders
            folders = [each for each in plain if not PHOTOGRAPHS.fullmatch(each)]
        whole = "/".join([*folders, name])
        if is_mask:
            masks.append((whole, place))
        else:
            photographs[whole] = place
    pairs = [(photographs[whole], place) for whole, place in masks if whole in photographs]
    return pairs if len(pairs) >= max(FEWEST, THROUGHOUT * len(masks)) else []


def _name(place: str) -> str:
    """Return the name of a file without its suffix."""
    return os.path.splitext(os.path.basename(place))[0]


def _suffix(place: str) -> str:
    return os.path.splitext(place)[1]


def _flatness_of(root: Path, pairs: Sequence[Pair]) -> tuple[float, float]:
    """Return the median flatness of the second and of the first of each pair."""
    if not pairs:
        return 0.0, 1.0
    chosen = pairs[:: max(1, len(pairs) // LOOKED_AT)]
    shares = np.array([[_flatness_of_file(root / place) for place in pair] for pair in chosen])
    shares = shares[np.isfinite(shares).all(axis=1)]
    if not len(shares):
        return 0.0, 1.0
    first, second = np.median(shares, axis=0)
    return float(second), float(first)


def _flatness_of_file(path: Path) -> float:
    """Return the share of pixels in the two most frequent grey levels; NaN if it is unreadable."""
    try:
        with Image.open(path) as image:
            return flatness(image)
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, Image.DecompressionBombError):
        return float("nan")


def flatness(image: Image.Image) -> float:
    """Return the share of an image's pixels in its two most frequent grey levels."""
    counts = np.sort(image.convert("L").histogram())
    return float(counts[-2:].sum() / max(1, counts.sum()))
