"""How a classifier's labels are drawn, by the names that options have."""

from __future__ import annotations

DRAWINGS = {"balanced": "batches", "root": "root", "natural": "weights"}
"""From an option's value to `geneticgan.data.sampling.BatchSource.balanced`'s ``how``."""


def drawn_by(drawing: str) -> str:
    """Return how batches are drawn: the classes evenly, by the root of their sizes, or as they are.

    Raises
    ------
    ValueError
        If there is no such drawing.
    """
    if drawing not in DRAWINGS:
        raise ValueError(f"drawing must be one of {', '.join(DRAWINGS)}, got {drawing!r}")
    return DRAWINGS[drawing]
