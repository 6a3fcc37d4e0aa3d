"""What a comparison measures of a method, and how that stands to the others."""

from __future__ import annotations

from dataclasses import dataclass

from geneticgan.evaluation.resampled import Resampled

SIMILAR_COST = 1.5
"""Two methods whose times differ by less than this factor cost alike."""


@dataclass(frozen=True)
class Measured:
    """A method's scores over the splits.

    Attributes
    ----------
    title : str
        Name in tables.
    acsa, smallest_recall : tuple of float
        Mean recall of all classes and recall of the smallest one, in percent, a value a split.
    seconds : float
        Mean time of a training.
    """

    title: str
    acsa: tuple[float, ...]
    smallest_recall: tuple[float, ...]
    seconds: float


@dataclass(frozen=True)
class Candidate:
    """A line of the table.

    Attributes
    ----------
    method, title : str
        Its spec, and its name in tables.
    mean, deviation : float
        Mean recall of the classes, in percent, over the splits.
    smallest_recall : float
        Mean recall of the smallest class, in percent.
    lead : Resampled
        Over the reference; zero for the reference itself.
    seconds : float
        Mean time of a training.
    """

    method: str
    title: str
    mean: float
    deviation: float
    smallest_recall: float
    lead: Resampled
    seconds: float
