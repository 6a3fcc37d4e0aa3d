"""Decides which method to use on the user's images, and how certain that is."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geneticgan.evaluation.resampled import Resampled, resampled

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


@dataclass(frozen=True)
class Verdict:
    """The method to use.

    Attributes
    ----------
    candidates : tuple of Candidate
        The candidates, with the best mean first.
    winner : Candidate
        The method to use.
    sentence : str
        The recommendation and its limits, as a sentence.
    """

    candidates: tuple[Candidate, ...]
    winner: Candidate
    sentence: str


def decide(measured: Mapping[str, Measured], reference: str, held_out: float) -> Verdict:
    """Choose by the one-standard-error rule (Breiman et al. 1984).

    Methods whose mean is within one standard error of the best one's are level with it. If the
    reference is among these, nothing is ahead of it, and it wins; otherwise the best of those
    that cost at most `SIMILAR_COST` times as much as the cheapest of them wins.

    Parameters
    ----------
    measured : mapping of str to Measured
        Scores by method, all over the same splits.
    reference : str
        Plain oversampling, one of the methods.
    held_out : float
        Share of the images that each split held out, in [0, 1); 0 if the splits are trainings on
        the same images with different seeds.
    """
    candidates = sorted(
        (_candidate(method, measured, reference, held_out) for method in measured),
        key=lambda each: -each.mean,
    )
    best = candidates[0]
    level = [
        each
        for each in candidates
        if not _behind(measured[best.method].acsa, measured[each.method].acsa, held_out)
    ]
    winner = next((each for each in level if each.method == reference), None)
    if winner is None:
        cheapest = min(each.seconds for each in level)
        winner = next(each for each in level if each.seconds <= SIMILAR_COST * cheapest)
    return Verdict(
        tuple(candidates), winner, _sentence(candidates, winner, measured, reference, held_out)
    )


def _candidate(
    method: str, measured: Mapping[str, Measured], reference: str, held_out: float
) -> Candidate:
    own = measured[method]
    return Candidate(
        method,
        own.title,
        statistics.fmean(own.acsa),
        statistics.stdev(own.acsa) if len(own.acsa) > 1 else 0.0,
        statistics.fmean(own.smallest_recall),
        resampled(own.acsa, measured[reference].acsa, held_out),
        own.seconds,
    )


def _behind(best: Sequence[float], other: Sequence[float], held_out: float) -> bool:
    lead = resampled(best, other, held_out)
    return lead.mean > (lead.standard_error if len(best) > 1 else 0.0)


def _sentence(
    candidates: Sequence[Candidate],
    winner: Candidate,
    measured: Mapping[str, Measured],
    reference: str,
    held_out: float,
) -> str:
    others = [each for each in candidates if each.method != winner.method]
    if not others:
        return f"Use {winner.method}: nothing else was compared."
    if winner.method == reference:
        rival = others[0]
        text = (
            f"Use {winner.method}: nothing is ahead of plain oversampling; the best of the others, "
            f"{rival.title}, is at {_signed(rival.lead)} ACSA beside it"
        )
    else:
        rivals = [each for each in others if each.method != reference]
        rival = (rivals or others)[0]
        text = f"Use {winner.method}: {_signed(winner.lead)} ACSA over plain oversampling"
        if rivals:
            text += "; " + _beside(rival, winner, measured, held_out)
    apart = resampled(measured[winner.method].acsa, measured[rival.method].acsa, held_out)
    if not apart.half_width:
        return f"{text}; on these images the two do not differ."
    return (
        f"{text}; a difference under {apart.half_width:.1f} cannot be told from chance with these "
        "images."
    )


def _beside(
    rival: Candidate, winner: Candidate, measured: Mapping[str, Measured], held_out: float
) -> str:
    """Return a clause that compares the best of the others with the winner."""
    apart = resampled(measured[winner.method].acsa, measured[rival.method].acsa, held_out)
    cost = rival.seconds / winner.seconds if winner.seconds else 1.0
    at_cost = f" at {cost:.1f} times the cost" if cost >= SIMILAR_COST else ""
    if abs(apart.mean) <= apart.half_width:
        return f"{rival.title} is level with it{at_cost}"
    word = "behind" if apart.mean > 0 else "ahead"
    return f"{rival.title} is {abs(apart.mean):.1f} {word}{at_cost}"


def _signed(lead: Resampled) -> str:
    return f"{lead.mean:+.1f} ± {lead.half_width:.1f}"
