"""Parts of file names that repeat: images that may belong together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

EXPRESSIONS = (
    r"([^/]*\d[^/]*)[-_ ]\d+\.\w+$",  # patient12_3.png
    r"([^/]*\d[^/\d]*[A-Za-z]+)\d+\.\w+$",  # p12scan3.png
    r"([^/]+)[-_ ][A-Za-z]\w?\.\w+$",  # 0017_L.png
    r"/([^/]+)/[^/]+$",  # class/patient12/3.png
)
"""Searched in the path; the first that groups most images is proposed."""

MOST = 0.7
"""Share of images that must lie in groups of two or more."""


@dataclass(frozen=True)
class Proposal:
    """A regular expression for ``group=``, how many groups it gives, and one of them."""

    expression: str
    groups: int
    example: str


def propose_groups(paths: Sequence[str], labels: Sequence[int]) -> Proposal | None:
    """Return a way to group images by their names, or None if names suggest none.

    Parameters
    ----------
    paths : sequence of str
        The paths below the data set's folder.
    labels : sequence of int
        The labels of the images; a part of the name that is constant in a class is no group.
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
