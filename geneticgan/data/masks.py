"""Masks that lie beside photographs: pictures of where something is, not of what it looks like."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image, UnidentifiedImageError

THROUGHOUT = 0.9
"""Share of all images that must belong to pairs of equal names, else nothing is a mask."""

LOOKED_AT = 40
"""Pairs that are opened to tell which of the two is the mask."""

FLAT = 0.8
"""A mask has at least this share of its pixels in its two most frequent grey levels (median)."""

VARIED = 0.5
"""A photograph has less than this share there."""

WORD = re.compile(r"[-_. ](mask|masks|seg|segmentation|gt|groundtruth)$", re.IGNORECASE)
"""How names of masks end."""


def find_masks(root: Path, files: Sequence[PurePosixPath]) -> set[PurePosixPath]:
    """Return the files that are masks of others.

    A mask has the name of its photograph with another suffix (``x.png`` beside ``x.jpg``) or with
    a `WORD` at its end (``x_mask.png``). That alone is not enough: such pairs must be found
    throughout, and one side must have few grey levels where the other has many.

    Parameters
    ----------
    root : Path
        The folder of all files.
    files : sequence of PurePosixPath
        Relative to the root.
    """
    pairs = _pairs_by_word(files) or _pairs_by_suffix(files)
    if not pairs or 2 * len(pairs) < THROUGHOUT * len(files):
        return set()
    chosen = pairs[:: max(1, len(pairs) // LOOKED_AT)]
    shares = np.array([[_flatness(root / path) for path in pair] for pair in chosen])
    shares = shares[np.isfinite(shares).all(axis=1)]
    if not len(shares):
        return set()
    medians = np.median(shares, axis=0)
    mask = int(medians.argmax())
    if medians[mask] < FLAT or medians[1 - mask] >= VARIED:
        return set()
    return {pair[mask] for pair in pairs}


def _pairs_by_suffix(
    files: Sequence[PurePosixPath],
) -> list[tuple[PurePosixPath, PurePosixPath]]:
    """Return pairs of equal names with two suffixes, the same two everywhere."""
    named: dict[PurePosixPath, list[PurePosixPath]] = defaultdict(list)
    for path in files:
        named[path.with_suffix("")].append(path)
    pairs = [sorted(p, key=lambda each: each.suffix) for p in named.values() if len(p) == 2]
    kinds = Counter((one.suffix, other.suffix) for one, other in pairs)
    if not kinds:
        return []
    ((usual, _),) = kinds.most_common(1)
    return [(one, other) for one, other in pairs if (one.suffix, other.suffix) == usual]


def _pairs_by_word(files: Sequence[PurePosixPath]) -> list[tuple[PurePosixPath, PurePosixPath]]:
    """Return pairs of a name and the same name with a word for masks."""
    stems = {path.with_suffix(""): path for path in files}
    plain = {stem: path for stem, path in stems.items() if not WORD.search(stem.name)}
    pairs = []
    for stem, path in stems.items():
        original = stem.with_name(WORD.sub("", stem.name) or stem.name)
        if original != stem and original in plain:
            pairs.append((plain[original], path))
    return pairs


def _flatness(path: Path) -> float:
    """Return the share of pixels in the two most frequent grey levels; NaN if it is unreadable."""
    try:
        with Image.open(path) as image:
            counts = np.sort(image.convert("L").histogram())
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, Image.DecompressionBombError):
        return float("nan")
    return float(counts[-2:].sum() / max(1, counts.sum()))
