"""The measurements of a method, and how it compares with others."""

from __future__ import annotations

from dataclasses import dataclass

from geneticgan.evaluation.resampled import Resampled

SIMILAR_COST = 1.5
"""Two methods whose times differ by less than this factor have similar cost."""


@dataclass(frozen=True)
class Measured:
    """A method's scores over the splits.

    Attributes
    ----------
    title : str
        The method's name in tables.
    acsa, smallest_recall : tuple of float
        Mean recall of all classes and recall of the smallest one, in percent, one value per split.
    seconds : float
        Mean duration of a training.
    """

    title: str
    acsa: tuple[float, ...]
    smallest_recall: tuple[float, ...]
    seconds: float


@dataclass(frozen=True)
class Candidate:
    """A row of the table.

    Attributes
    ----------
    method, title : str
        The method's spec, and its name in tables.
    mean, deviation : float
        Mean and deviation over the splits of the classes' mean recall, in percent.
    smallest_recall : float
        Mean recall of the smallest class, in percent.
    lead : Resampled
        Lead over the reference; zero for the reference itself.
    seconds : float
        Mean duration of a training.
    """

    method: str
    title: str
    mean: float
    deviation: float
    smallest_recall: float
    lead: Resampled
    seconds: float

    @property
    def ahead(self) -> bool:
        """Whether it is ahead of the reference beyond chance: its whole interval is above zero.

        With one split, or with differences that do not vary, there is no interval.
        """
        return self.lead.mean > self.lead.half_width > 0
