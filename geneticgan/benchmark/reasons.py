"""The verdict of a comparison in one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from geneticgan.benchmark.candidates import SIMILAR_COST, Candidate, Measured
from geneticgan.benchmark.known import Known
from geneticgan.evaluation.resampled import MOST, Resampled, resampled, splits_to_tell

ENOUGH = 5
"""Number of splits to recommend if there are too few for an estimate."""


def reason(
    candidates: Sequence[Candidate],
    winner: Candidate,
    measured: Mapping[str, Measured],
    reference: str,
    held_out: float,
    known: Known | None,
) -> str:
    """Return a sentence that says which method to use, by how much it leads, and its limits.

    Parameters
    ----------
    candidates : sequence of Candidate
        The candidates, with the best mean first.
    winner : Candidate
        The method to use.
    measured : mapping of str to Measured
        Scores by method.
    reference : str
        Plain oversampling.
    held_out : float
        Share of the images that each split held out, in [0, 1).
    known : Known or None
        What other data sets have shown about the method that is used where none is ahead.
    """
    others = [each for each in candidates if each.method != winner.method]
    if not others:
        return (
            f"Use {winner.method}: nothing else was compared; more time (--budget) or other "
            "--methods would compare more."
        )
    count = len(measured[winner.method].acsa)
    rivals = [each for each in others if each.method != reference]
    rival = (rivals or others)[0]
    apart = resampled(measured[winner.method].acsa, measured[rival.method].acsa, held_out)
    if winner.method == reference:
        text = _kept(rival, winner, count, held_out)
    elif known is not None and not winner.ahead:
        plain = next(each for each in candidates if each.method == reference)
        text = _fallen_back(winner, plain, count, held_out, known)
        if rivals and rival.mean > winner.mean:
            text += f"; {_beside(apart, rival, winner)}"
    else:
        text = f"{_signed(winner.lead)} ACSA over plain oversampling"
        if rivals:
            text += "; " + _beside(apart, rival, winner)
    return f"Use {winner.method}: {text}; {_uncertainty(apart)}."


def _kept(rival: Candidate, winner: Candidate, count: int, held_out: float) -> str:
    """Return clauses that say why plain oversampling is used, and what would tell more."""
    times = "splits" if held_out else "seeds"
    lead = rival.lead
    if count < 2:
        return (
            f"one {times[:-1]} alone says nothing of chance, so that plain oversampling is kept; "
            f"{rival.title} is at {lead.mean:+.1f} ACSA beside it"
        )
    if lead.mean <= 0:
        name = f"the best of the others, {rival.title},"
        return f"nothing is ahead of plain oversampling; {_beside(lead, rival, winner, name)}"
    text = (
        f"nothing is ahead of plain oversampling beyond chance with {count} {times}; "
        f"{rival.title} has the highest mean, {_signed(lead)} ACSA over it{_cost(rival, winner)}; "
    )
    if not lead.half_width:
        return f"{text}{ENOUGH} {times} or more (--splits {ENOUGH}) say whether it always leads"
    if count < 3:
        return f"{text}two {times} tell little, {ENOUGH} (--splits {ENOUGH}) tell more"
    needed = splits_to_tell(lead, count, held_out)
    if needed is None:
        more = ", more images might" if held_out else ""
        return f"{text}even {MOST} {times} would hardly tell it from chance{more}"
    return (
        f"{text}if that is its lead, about {needed} {times} (--splits {needed}) are likely to tell"
    )


def _fallen_back(
    winner: Candidate, plain: Candidate, count: int, held_out: float, known: Known
) -> str:
    """Return clauses that say why a method is used that is not ahead by more than chance."""
    times = "splits" if held_out else "seeds"
    return (
        f"nothing is ahead of plain oversampling beyond chance with {count} {times}; "
        f"{winner.title} is {_signed(winner.lead)} ACSA over it here{_cost(winner, plain)}, and "
        f"{known.mean:+.1f} on average in geneticgan's own tables: "
        f"{known.expected(winner.lead):+.1f} weighed together"
    )


def _beside(apart: Resampled, rival: Candidate, winner: Candidate, name: str = "") -> str:
    """Return a clause that compares a method with the winner."""
    name, cost = name or rival.title, _cost(rival, winner)
    if abs(apart.mean) <= apart.half_width:
        return f"{name} is level with it{cost}"
    word = "behind" if rival.mean < winner.mean else "ahead"
    return f"{name} is {abs(apart.mean):.1f} {word}{cost}"


def _cost(rival: Candidate, winner: Candidate) -> str:
    cost = rival.seconds / winner.seconds if winner.seconds else 1.0
    alike = 1 / SIMILAR_COST < cost < SIMILAR_COST
    return "" if alike else f" at {cost:.1f} times the cost"


def _uncertainty(apart: Resampled) -> str:
    """Return a clause that says which differences may be chance."""
    if apart.half_width > 0:
        return (
            f"a difference under {apart.half_width:.1f} cannot be told from chance with these "
            "images"
        )
    if apart.half_width == 0 and apart.mean == 0:
        return "on these images the two do not differ"
    return "how far chance reaches cannot be told from so little"


def _signed(lead: Resampled) -> str:
    return f"{lead.mean:+.1f} ± {lead.half_width:.1f}"
