"""Decides which method to use on the user's images, and how certain that is."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geneticgan.benchmark.candidates import SIMILAR_COST, Candidate, Measured
from geneticgan.benchmark.known import Known
from geneticgan.benchmark.reasons import reason
from geneticgan.evaluation.resampled import Resampled, resampled

NO_LEAD = Resampled(0.0, 0.0, 0.0, 0.0)
"""That of the reference over itself, also with one split, of which nothing can be told."""


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


def decide(
    measured: Mapping[str, Measured], reference: str, held_out: float, fallback: Known | None = None
) -> Verdict:
    """Choose a method that is significantly ahead of plain oversampling, or else a safe one.

    A method is ahead if the whole interval of its lead is above zero. With one split, or with
    differences that do not vary, there is no interval, and nothing is ahead. Of the methods that
    are ahead, those whose mean is within one standard error of the best one's are as good as it
    (Breiman et al. 1984). Of these, the best one wins that costs at most `SIMILAR_COST` times as
    much as the cheapest.

    If nothing is ahead, the fallback wins if it was compared on at least two splits and its lead on
    other data sets and its lead on these splits, weighed together, are positive; otherwise plain
    oversampling wins.

    Parameters
    ----------
    measured : mapping of str to Measured
        Scores by method, all over the same splits.
    reference : str
        Plain oversampling, one of the methods.
    held_out : float
        Share of the images that each split held out, in [0, 1); 0 if the splits are trainings on
        the same images with different seeds.
    fallback : Known or None
        The method that was ahead of plain oversampling on other data sets, if there is one.
    """
    candidates = sorted(
        (_candidate(method, measured, reference, held_out) for method in measured),
        key=lambda each: -each.mean,
    )
    ahead = [each for each in candidates if each.ahead]
    if ahead:
        best = measured[ahead[0].method].acsa
        good = [each for each in ahead if not _behind(best, measured[each.method].acsa, held_out)]
        cheapest = min(each.seconds for each in good)
        winner = next(each for each in good if each.seconds <= SIMILAR_COST * cheapest)
    else:
        winner = _safe(candidates, measured, reference, fallback)
    sentence = reason(candidates, winner, measured, reference, held_out, fallback)
    return Verdict(tuple(candidates), winner, sentence)


def _safe(
    candidates: Sequence[Candidate],
    measured: Mapping[str, Measured],
    reference: str,
    fallback: Known | None,
) -> Candidate:
    """Return the method to use where none is ahead by more than chance."""
    by_name = {each.method: each for each in candidates}
    if fallback is not None and len(measured[reference].acsa) > 1:
        candidate = by_name.get(fallback.method)
        if candidate is not None and fallback.expected(candidate.lead) > 0:
            return candidate
    return by_name[reference]


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
        NO_LEAD if method == reference else resampled(own.acsa, measured[reference].acsa, held_out),
        own.seconds,
    )


def _behind(best: Sequence[float], other: Sequence[float], held_out: float) -> bool:
    lead = resampled(best, other, held_out)
    return lead.mean > lead.standard_error
