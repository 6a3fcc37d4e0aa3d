"""AMOSA: simulated annealing for several objectives, as a selection of DEAP individuals.

S. Bandyopadhyay, S. Saha, U. Maulik and K. Deb (2008): A simulated annealing-based multiobjective
optimization algorithm: AMOSA. IEEE Transactions on Evolutionary Computation 12 (3), 269-283.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from geneticgan.annealing.archive import Archive, dominates, values_of
from geneticgan.annealing.metropolis import check_temperature
from geneticgan.annealing.selection import broods


def sel_amosa(
    individuals: Sequence[Any],
    k: int,
    *,
    temperature: float | Callable[[], float],
    rng: np.random.Generator,
    archive: Archive | None = None,
) -> list[Any]:
    """Select by archived multi-objective simulated annealing.

    Each offspring of a parent is a new point. One after the other they are compared with the
    current point and the archive by the amounts of domination between them (`domination`).

    Parameters
    ----------
    individuals : sequence
        The k parents first, then their offspring, as for `geneticgan.sel_annealing`. Each value
        of a DEAP fitness is a separate objective.
    k : int
        How many parents there are, and how many individuals are returned.
    temperature : float or callable
        >= 0, in units of the amount of domination, which lies in [0, 1]. At 0 no dominated point
        is accepted, and at inf half of them are.
    rng : numpy.random.Generator
        Draws one uniform number per offspring.
    archive : Archive, optional
        The archive of the whole search: it collects non-dominated points, and a point of an
        earlier generation may return from it. By default each generation has its own archive,
        and only a parent's own offspring can replace it, which is what you want where fitness
        changes from one generation to the next.

    Returns
    -------
    list
        The current point of the i-th parent at index i; no individual appears twice.

    Raises
    ------
    ValueError
        If there are fewer than k individuals or no offspring, or if the parents of the offspring
        cannot be determined.

    Notes
    -----
    Two things differ from the paper. The archive begins with the parents as they are, where the
    paper first improves them by hill climbing. And a current point that thinning removed from
    the archive returns to it in the next generation, if nothing there dominates it.
    """
    if not 0 < k < len(individuals):
        raise ValueError(
            f"selection: k is {k}, but there are {len(individuals)} individuals; pass the parents "
            "and then their offspring, as ea_annealing and DEAP's eaMuPlusLambda do"
        )
    current_temperature = temperature() if callable(temperature) else temperature
    check_temperature(current_temperature)
    kept = Archive(len(individuals), len(individuals)) if archive is None else archive
    present = list(individuals[:k])
    for parent in present:
        if not kept.dominating(parent):
            kept.add(parent)
    for place, brood in enumerate(broods(list(individuals[:k]), individuals[k:])):
        # A point may return from the archive unless it already stands at another place.
        own = {id(one) for one in (individuals[place], *brood)}
        for new in brood:
            taken = {id(one) for one in present}
            may_return = [
                one
                for one in kept
                if id(one) not in taken and (archive is not None or id(one) in own)
            ]
            draw = float(rng.random())
            present[place] = _step(present[place], new, kept, may_return, current_temperature, draw)
    return present


def domination(one: Any, other: Any, ranges: Sequence[float]) -> float:
    """Return the amount of domination: the product of all nonzero differences.

    Parameters
    ----------
    one, other : individual
        Individuals with finite fitness values; the amount is the same both ways.
    ranges : sequence of float
        Each objective's range in its own unit, by which its difference is divided.

    Returns
    -------
    float
        A number in [0, 1] if the ranges are those of a set that contains both; 1 (an empty
        product) for equal values.
    """
    amount = 1.0
    for a, b, width in zip(values_of(one), values_of(other), ranges, strict=True):
        if a != b:
            amount *= abs(a - b) / width
    return amount


def acceptance(amount: float, temperature: float) -> float:
    """Return the acceptance probability of a dominated point: ``1 / (1 + exp(amount / T))``.

    The paper's equation divides by the temperature; its listing of the algorithm multiplies
    instead, so that cooling would accept more.

    Parameters
    ----------
    amount : float
        Amount by which the point is dominated, >= 0.
    temperature : float
        Temperature T, >= 0.

    Returns
    -------
    float
        A probability in [0, 0.5].
    """
    if temperature == 0 or amount / temperature > 700:  # above 700, exp overflows
        return 0.0
    return 1 / (1 + math.exp(amount / temperature))


def _alive(individual: Any) -> bool:
    return all(map(math.isfinite, values_of(individual)))


def _step(
    current: Any,
    new: Any,
    archive: Archive,
    may_return: Sequence[Any],
    temperature: float,
    draw: float,
) -> Any:
    """Return the next current point by the three cases of the paper's listing.

    In its case 1 the current point, which may be in the archive, counts once.
    """
    if not _alive(new):
        return current
    above = archive.dominating(new)
    if not _alive(current):
        if not above:
            archive.add(new)
        return new
    ranges = archive.ranges(current, new)
    amounts = [domination(one, new, ranges) for one in above]
    if dominates(current, new):  # case 1
        others = [amount for one, amount in zip(above, amounts, strict=True) if one is not current]
        average = (sum(others) + domination(current, new, ranges)) / (len(others) + 1)
        return new if draw < acceptance(average, temperature) else current
    if not above:  # cases 2 (b, c) and 3 (b, c): nothing known is better
        archive.add(new)
        return new
    if not dominates(new, current):  # case 2 (a)
        average = sum(amounts) / len(amounts)
        return new if draw < acceptance(average, temperature) else current
    # Case 3 (a): better than the current point, but the archive has something better still.
    nearest = min(range(len(above)), key=amounts.__getitem__)
    returns = any(one is above[nearest] for one in may_return)
    probability = 1 / (1 + math.exp(-amounts[nearest]))
    return above[nearest] if returns and draw < probability else new
