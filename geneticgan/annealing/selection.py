"""Selection with DEAP's signature: the best offspring of each parent, then who stays."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from geneticgan.annealing.fitness import weighted_sum
from geneticgan.annealing.schedule import metropolis_accept

Accepts = Callable[[float, float, float, float], bool]
"""From the fitness of candidate and incumbent, a temperature and a uniform draw to a decision."""

AcceptsOnDevice = Callable[[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
"""The same for scalars of float64 on a device; never waits for it."""


def assign_lineage(population: Sequence[Any]) -> None:
    """Give every individual a label of its own, which clones of it will carry on.

    Needed before breeding a population of more than one for `sel_annealing`; works on any
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
    current = temperature() if callable(temperature) else temperature
    return sel_best_offspring(individuals, k, metropolis_accept, temperature=current, rng=rng)


def sel_best_offspring(
    individuals: Sequence[Any],
    k: int,
    accepts: Accepts,
    *,
    temperature: float,
    rng: np.random.Generator,
) -> list[Any]:
    """Let the best offspring of each parent take its place if it is accepted.

    Parameters, result and errors as for `sel_annealing`; ``accepts`` decides. A dead offspring
    (fitness -inf or NaN) is never accepted.
    """
    if not 0 < k <= len(individuals):
        raise ValueError(f"selection: k is {k}, but there are {len(individuals)} individuals")
    parents = list(individuals[:k])
    survivors = []
    for parent, brood in zip(parents, broods(parents, individuals[k:]), strict=True):
        draw = rng.random()
        survivor = parent
        if brood:
            best = max(brood, key=_fitness)
            candidate, incumbent = _fitness(best), _fitness(parent)
            if candidate > -math.inf and accepts(candidate, incumbent, temperature, draw):
                survivor = best
        survivors.append(survivor)
    return survivors


def metropolis_on_device(
    candidate: torch.Tensor, incumbent: torch.Tensor, temperature: torch.Tensor, draw: torch.Tensor
) -> torch.Tensor:
    """Decide as `geneticgan.annealing.schedule.metropolis_accept` does, without the host.

    Parameters
    ----------
    candidate, incumbent, temperature, draw : Tensor
        Scalars of float64 with the meaning they have there.

    Returns
    -------
    Tensor
        Scalar of bool.
    """
    better = (candidate >= incumbent) | incumbent.isnan()
    # What is not better is worse by more than 0: only infinity / infinity could give NaN here.
    worse = torch.exp(-(incumbent - candidate) / temperature).nan_to_num(nan=1.0)
    probability = torch.where(better, 1.0, worse)
    living = ~(candidate.isnan() | (candidate == -math.inf))
    return living & (draw < probability)


class Selection(ABC):
    """Chooses the next generation; a plugin of the group ``geneticgan.selections``."""

    @abstractmethod
    def select(
        self, individuals: Sequence[Any], k: int, *, temperature: float, rng: np.random.Generator
    ) -> list[Any]:
        """Return k of the individuals; parameters as for `sel_annealing`.

        A parent that survives stays at its index, so that it can be told who lost its place.
        """


class BestOffspring(Selection):
    """The best offspring of each parent takes its place if it is accepted.

    A subclass that defines `accepts` is complete. One that also defines `accepts_on_device`
    lets a GPU go on without waiting for the host.
    """

    @abstractmethod
    def accepts(self, candidate: float, incumbent: float, temperature: float, draw: float) -> bool:
        """Decide whether a living offspring takes its parent's place.

        Parameters
        ----------
        candidate, incumbent : float
            Fitness of the best offspring and of its parent (-inf for a dead one).
        temperature : float
            In units of fitness, >= 0.
        draw : float
            Uniform in [0, 1).
        """

    accepts_on_device: AcceptsOnDevice | None = None

    def select(
        self, individuals: Sequence[Any], k: int, *, temperature: float, rng: np.random.Generator
    ) -> list[Any]:
        """Select by `accepts`."""
        return sel_best_offspring(individuals, k, self.accepts, temperature=temperature, rng=rng)


class Annealing(BestOffspring):
    """The Metropolis criterion (the paper's Algorithm 1, lines 10-17)."""

    def accepts(self, candidate: float, incumbent: float, temperature: float, draw: float) -> bool:
        """Accept a better one, or with probability exp(-(incumbent - candidate) / T)."""
        return metropolis_accept(candidate, incumbent, temperature, draw)

    accepts_on_device = staticmethod(metropolis_on_device)


def _fitness(individual: Any) -> float:
    if not individual.fitness.valid:
        raise ValueError("selection: every individual must be evaluated before selection")
    return weighted_sum(individual.fitness)


def broods(parents: list[Any], offspring: Sequence[Any]) -> list[list[Any]]:
    """Return the offspring of each parent, told by their lineage if there are several parents.

    Raises
    ------
    ValueError
        If the parents of offspring cannot be told.
    """
    if len(parents) == 1:
        return [list(offspring)]
    labels = [getattr(parent, "lineage", None) for parent in parents]
    if None in labels or len(set(labels)) != len(labels):
        raise ValueError(
            "selection: with more than one parent each needs a lineage of its own; "
            "call assign_lineage(population) before breeding"
        )
    found: dict[Any, list[Any]] = {label: [] for label in labels}
    for child in offspring:
        label = getattr(child, "lineage", None)
        if label not in found:
            raise ValueError(f"selection: no parent has the offspring's lineage {label!r}")
        found[label].append(child)
    return list(found.values())
