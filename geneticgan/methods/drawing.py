"""How a classifier's labels are drawn, by the values of the option ``drawing``."""

from __future__ import annotations

DRAWINGS = {"balanced": "batches", "root": "root", "natural": "weights"}
"""Maps the option's value to ``how`` of `geneticgan.data.sampling.BatchSource.balanced`."""


def drawn_by(drawing: str) -> str:
    """Return how batches are drawn: balanced, by the root of class sizes, or as in the data.

    Raises
    ------
    ValueError
        If the value is unknown.
    """
    if drawing not in DRAWINGS:
        raise ValueError(f"drawing must be one of {', '.join(DRAWINGS)}, got {drawing!r}")
    return DRAWINGS[drawing]
