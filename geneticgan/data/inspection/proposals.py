"""Proposing groups of images by parts of their file names that repeat."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

EXPRESSIONS = (
    r"([^/]*\d[^/]*)[-_ ]\d+\.\w+$",  # patient12_3.png
    r"([^/]*\d[^/\d]*[A-Za-z]+)\d+\.\w+$",  # p12scan3.png
    r"([^/]+)[-_ ][A-Za-z]\w?\.\w+$",  # 0017_L.png
    r"(?:^|/)([^/_ -]*\d[^/_ -]*)[_ -][^/]*\.\w+$",  # 8863_idx5_x51_y151_class0.png
    r"/([^/]+)/[^/]+$",  # class/patient12/3.png
)
"""The regular expressions that are searched in the paths; the first that fits is proposed."""

MOST = 0.7
"""The minimal share of images that must lie in groups of two or more."""


@dataclass(frozen=True)
class Proposal:
    """A regular expression for ``group=``, the number of groups, and the name of the largest."""

    expression: str
    groups: int
    example: str


def propose_groups(paths: Sequence[str], labels: Sequence[int]) -> Proposal | None:
    """Return a proposal to group images by their names, or None if no expression fits.

    Parameters
    ----------
    paths : sequence of str
        The paths below the data set's folder.
    labels : sequence of int
        The labels of the images; there must be more than two groups for each class.
    """
    classes = len(set(labels))
    for expression in EXPRESSIONS:
        found = [re.search(expression, path) for path in paths]
        if not all(found):
            continue
        names = [match[1] for match in found if match]
        sizes = Counter(names)
        together = sum(size for size in sizes.values() if size > 1)
        if together >= MOST * len(names) and len(sizes) > 2 * classes:
            return Proposal(expression, len(sizes), sizes.most_common(1)[0][0])
    return None
