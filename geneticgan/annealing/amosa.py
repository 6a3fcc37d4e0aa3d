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

    The offspring of each parent are its new points, one after the other, and each is compared
    with the present point and the archive by their amounts of domination (`domination`).

    Parameters
    ----------
    individuals : sequence
        The k parents first, then their offspring, as for `geneticgan.sel_annealing`. Each value
        of a DEAP fitness is an objective of its own.
    k : int
        How many parents there are, and how many individuals are returned.
    temperature : float or callable
        >= 0, in units of the amount of domination, which lies in [0, 1]. At 0 no dominated point
        is accepted, and at inf half of them are.
    rng : numpy.random.Generator
        Draws one uniform number an offspring.
    archive : Archive, optional
        Of the whole search: it takes up what is not dominated, and a point of an earlier
        generation may come back from it. Without one the archive is this generation's own, and
        a parent's place is taken by none but its own offspring: what is wanted where fitness
        changes from one generation to the next.

    Returns
    -------
    list
        The present point of the i-th parent at index i; no individual twice.

    Raises
    ------
    ValueError
        If there are fewer than k individuals or none but parents, or the parents of offspring
        cannot be told.

    Notes
    -----
    Two things differ from the paper. The archive begins with the parents as they are, where the
    paper first improves them by hill climbing. And a present point that thinning took out of the
    archive is taken in again in the next generation, if nothing there dominates it.
    """
    if not 0 < k < len(individuals):
        raise ValueError(
            f"selection: k is {k}, but there are {len(individuals)} individuals; the parents and "
            "then their offspring are wanted, as ea_annealing and DEAP's eaMuPlusLambda give them"
        )
    current_temperature = temperature() if callable(temperature) else temperature
    check_temperature(current_temperature)
    kept = Archive(len(individuals), len(individuals)) if archive is None else archive
    present = list(individuals[:k])
    for parent in present:
        if not kept.dominating(parent):
            kept.add(parent)
    for place, brood in enumerate(broods(list(individuals[:k]), individuals[k:])):
        # What may come back from the archive: nothing that stands at another place already.
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
    """Return the amount of domination: the product of the differences where there are any.

    Parameters
    ----------
    one, other : individual
        With finite fitness values; the amount is the same both ways.
    ranges : sequence of float
        Of each objective, in its unit, by which its difference is divided.

    Returns
    -------
    float
        In [0, 1] where the ranges are those of a set with both in it; 1 for equal values, an
        empty product.
    """
    amount = 1.0
    for a, b, width in zip(values_of(one), values_of(other), ranges, strict=True):
        if a != b:
            amount *= abs(a - b) / width
    return amount


def acceptance(amount: float, temperature: float) -> float:
    """Return the probability of a point dominated by an amount: ``1 / (1 + exp(amount / T))``.

    The paper's equation for the probability divides by the temperature; its listing of the
    algorithm multiplies, with which cooling would let more through.

    Parameters
    ----------
    amount : float
        >= 0.
    temperature : float
        >= 0.

    Returns
    -------
    float
        In [0, 0.5].
    """
    if temperature == 0 or amount / temperature > 700:  # beyond, exp overflows
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
    """Return the next present point; the three cases of the paper's listing.

    In its case 1 the present point, which may be in the archive, counts once.
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
    # Case 3 (a): better than the present point, but the archive knows of something better still.
    nearest = min(range(len(above)), key=amounts.__getitem__)
    returns = any(one is above[nearest] for one in may_return)
    probability = 1 / (1 + math.exp(-amounts[nearest]))
    return above[nearest] if returns and draw < probability else new
