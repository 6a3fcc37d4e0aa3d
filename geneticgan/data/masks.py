"""Detecting segmentation masks that are stored beside the photographs they belong to."""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

THROUGHOUT = 0.9
"""Of the files that look like masks by name, the share that must have a photograph beside them."""

FEWEST = 2
"""The minimal number of pairs; fewer equal names may be chance."""

LOOKED_AT = 40
"""The number of pairs that are opened to find out which image of a pair is the mask."""

FLAT = 0.8
"""The minimal `flatness` of masks (the median over the pairs)."""

VARIED = 0.5
"""The maximal `flatness` of photographs if the names do not tell which image is the mask."""

LOSSY = (".jpg", ".jpeg", ".jfif", ".webp")
"""The suffixes of formats that blur the grey levels of a mask; its name must then tell it."""

BLURRED = 8
"""How far compression may move a grey level."""

WORDS = (
    "mask|masks|msk|seg|segm|segmentation|segmented|gt|groundtruth|ground[-_ ]?truth|label|labels|"
    "annotation|annotated|anno|roi|binary|bin|superpixels|trimap|contour|lesion"
)
"""The words at the beginning or the end of the names of masks."""

NUMBER = r"(?:[-_. ]?\d{1,2})?"
"""The number of one of several masks of a photograph, as in ``x_mask_1.png``."""

AT_THE_END = re.compile(rf"[-_. ](?:{WORDS}){NUMBER}$", re.IGNORECASE)
GROWN_ON = re.compile(r"(?<=[a-z0-9)])(?:Mask|Seg|Segmentation|GT|Label|ROI)" + NUMBER + "$")
IN_FRONT = re.compile(rf"^(?:{WORDS})[-_. ]", re.IGNORECASE)

MASKS = (AT_THE_END, GROWN_ON, IN_FRONT)

FOLDER = re.compile(
    r"(?:.*[-_. ])?(?:masks?|msk|seg|segmentations?|segmented|gt|ground[-_ ]?truths?|labels?|"
    r"annotations?|rois?|trimaps?)",
    re.IGNORECASE,
)
"""The names of folders of masks beside a folder of photographs."""

PHOTOGRAPH = re.compile(
    r"[-_. ](?:img|image|photo|rgb|orig|original|raw|scan)$|^(?:img|image|photo)[-_. ]",
    re.IGNORECASE,
)
"""The words in the names of photographs whose masks have another word in its place."""

PHOTOGRAPHS = re.compile(r"(?:imgs?|images?|photos?|rgb|originals?|raw|scans?)", re.IGNORECASE)
"""The names of folders of photographs beside folders of masks."""

Pair = tuple[str, str]
"""A photograph and its mask, or, if the names do not tell which is which, by suffix."""


def find_masks(root: Path, files: Sequence[str]) -> set[str]:
    """Return the files that are masks of other files.

    A mask has the name of its photograph with one of `WORDS` (``x_mask.png``), or lies in a folder
    named so (``masks/x.png``), or has the same name with another suffix (``x.png`` beside
    ``x.jpg``). In addition, nearly all files with such names must have a photograph beside them,
    and must have fewer grey levels than the photographs.

    Parameters
    ----------
    root : Path
        The folder of all files.
    files : sequence of str
        The paths of the images relative to the root.
    """
    by_name = any(each.search(_name(place)) for place in files for each in MASKS)
    folders = {part for above in set(map(os.path.dirname, files)) for part in above.split("/")}
    by_place = any(map(FOLDER.fullmatch, folders))
    ways = ((True, False), (False, True), (True, True)) if by_name or by_place else ()
    for by_file, by_folder in ways:
        named = _pairs_by_word(files, by_file, by_folder)
        lossy = all(_suffix(mask).lower() in LOSSY for _, mask in named)
        for near in (0, BLURRED) if lossy else (0,):
            flat, varied = _flatness_of(root, named, near)
            if flat >= FLAT and varied < flat:
                return {mask for _, mask in named}
    pairs = _pairs_by_suffix(files)
    second, first = _flatness_of(root, pairs)
    if max(first, second) >= FLAT and min(first, second) < VARIED:
        return {pair[second > first] for pair in pairs}
    return set()


def _pairs_by_suffix(files: Sequence[str]) -> list[Pair]:
    """Return the pairs of files whose names differ only in the suffix, for one pair of suffixes."""
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
    """Return the photographs with their masks, which are recognised by file or folder names."""
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


def _flatness_of(root: Path, pairs: Sequence[Pair], near: int = 0) -> tuple[float, float]:
    """Return the median flatness of the second and of the first images of the pairs."""
    if not pairs:
        return 0.0, 1.0
    chosen = pairs[:: max(1, len(pairs) // LOOKED_AT)]
    shares = np.array([[_flatness_of_file(root / each, near) for each in pair] for pair in chosen])
    shares = shares[np.isfinite(shares).all(axis=1)]
    if not len(shares):
        return 0.0, 1.0
    first, second = np.median(shares, axis=0)
    return float(second), float(first)


def _flatness_of_file(path: Path, near: int) -> float:
    """Return the flatness of an image file, or NaN if it cannot be read."""
    try:
        with Image.open(path) as image:
            return flatness(image, near)
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, Image.DecompressionBombError):
        return float("nan")


def flatness(image: Image.Image, near: int = 0) -> float:
    """Return the share of an image's pixels, in (0, 1], in its two most frequent grey levels.

    Levels that differ from these by at most ``near`` count as well.
    """
    counts = np.array(image.convert("L").histogram())
    total = counts.sum()
    for _ in range(2):
        most = int(counts.argmax())
        counts[max(0, most - near) : most + near + 1] = 0
    return float((total - counts.sum()) / max(1, total))
