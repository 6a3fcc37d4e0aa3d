"""Selection with DEAP's signature: the best offspring of each parent, then Metropolis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from geneticgan.evolution.annealing import metropolis_accept
from geneticgan.evolution.fitness import weighted_sum


def assign_lineage(population: Sequence[Any]) -> None:
    """Give every individual a label of its own, which clones of it will carry on.

    Needed once, before breeding a population of more than one for `sel_annealing`; works on any
    individual that takes attributes, as those of DEAP's ``creator`` do.
    """
    for label, individual in enumerate(population):
        individual.lineage = label


def sel_annealing(
    individuals: Sequence[Any],
    k: int,
    *,
    temperature: float | Callable[[], float],
    rng: np.random.Generator,
) -> list[Any]:
    """Select the next generation by simulated annealing (Algorithm 1, lines 10-17).

    The best offspring of each parent replaces it if it is better, or else with probability
    ``exp(-(F_parent - F_best) / T)``. A parent without offspring stays.

    Parameters
    ----------
    individuals : sequence
        The k parents first, then all their offspring in any order, every one with a valid DEAP
        fitness: what ``population + offspring`` is in DEAP's own algorithms. With k > 1 an
        offspring's parent is the one with the same ``lineage`` (see `assign_lineage`).
    k : int
        How many parents there are, and how many individuals are returned.
    temperature : float or callable
        In units of fitness, >= 0. A callable is asked once a selection, which lets a loop that
        knows no temperature cool: ``temperature=iter(schedule).__next__``.
    rng : numpy.random.Generator
        Draws one uniform number a parent at every selection, needed or not, so that the stream
        does not depend on what was selected.

    Returns
    -------
    list
        The survivor of the i-th parent at index i; references, no copies.

    Raises
    ------
    ValueError
        If there are fewer than k individuals, or the parents of offspring cannot be told.
    """
    if not 0 < k <= len(individuals):
        raise ValueError(f"sel_annealing: k is {k}, but there are {len(individuals)} individuals")
    current = temperature() if callable(temperature) else temperature
    parents = list(individuals[:k])
    survivors = []
    for parent, brood in zip(parents, _broods(parents, individuals[k:]), strict=True):
        draw = rng.random()
        survivor = parent
        if brood:
            best = max(brood, key=_fitness)
            if metropolis_accept(_fitness(best), _fitness(parent), current, draw):
                survivor = best
        survivors.append(survivor)
    return survivors


def _fitness(individual: Any) -> float:
    if not individual.fitness.valid:
        raise ValueError("sel_annealing: every individual must be evaluated before selection")
    return weighted_sum(individual.fitness)


def _broods(parents: list[Any], offspring: Sequence[Any]) -> list[list[Any]]:
    if len(parents) == 1:
        return [list(offspring)]
    labels = [getattr(parent, "lineage", None) for parent in parents]
    if None in labels or len(set(labels)) != len(labels):
        raise ValueError(
            "sel_annealing: with more than one parent each needs a lineage of its own; "
            "call assign_lineage(population) before breeding"
        )
    broods: dict[Any, list[Any]] = {label: [] for label in labels}
    for child in offspring:
        label = getattr(child, "lineage", None)
        if label not in broods:
            raise ValueError(f"sel_annealing: no parent has the offspring's lineage {label!r}")
        broods[label].append(child)
    return list(broods.values())
