"""Selection with DEAP's signature: the best offspring of each parent, then who stays."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from geneticgan.annealing.fitness import weighted_sum
from geneticgan.annealing.metropolis import Decision, Number, metropolis_accept
from geneticgan.registry import PluginGroup

Accepts = Callable[[Number, Number, Number, Number], Decision]
"""From the fitness of candidate and incumbent, a temperature and a uniform draw to a decision."""


COOLING = frozenset({"schedule", "T", "alpha"})
"""Options of a run that set the temperature."""

COMPARING = frozenset({"fitness", "lambda_", "fitness_batches"})
"""Options of a run by which individuals are compared."""


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
    parents_only: bool = False,
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
    parents_only : bool
        Whether ``individuals`` may hold no offspring at all, so that all of them stay.

    Returns
    -------
    list
        The survivor of the i-th parent at index i; references, no copies.

    Raises
    ------
    ValueError
        If there are fewer than k individuals, or the parents of offspring cannot be told; or if
        there are exactly k, as in DEAP's ``eaSimple``, where nothing would be selected.
    """
    current = temperature() if callable(temperature) else temperature
    return sel_best_offspring(
        individuals,
        k,
        metropolis_accept,
        temperature=current,
        rng=rng,
        parents_only=parents_only,
    )


def sel_best_offspring(
    individuals: Sequence[Any],
    k: int,
    accepts: Accepts,
    *,
    temperature: float,
    rng: np.random.Generator,
    parents_only: bool = False,
) -> list[Any]:
    """Let the best offspring of each parent take its place if it is accepted.

    Parameters, result and errors as for `sel_annealing`; ``accepts`` decides. A failed offspring
    (fitness -inf or NaN) is never accepted.
    """
    if not 0 < k <= len(individuals):
        raise ValueError(f"selection: k is {k}, but there are {len(individuals)} individuals")
    if k == len(individuals) and not parents_only:
        raise ValueError(
            f"selection: all {k} individuals are parents, so nothing would be selected; the "
            "parents and then their offspring are wanted, as ea_annealing and DEAP's "
            "eaMuPlusLambda give them and eaSimple does not (parents_only=True allows it)"
        )
    survivors = list(individuals[:k])
    for index, brood in enumerate(broods(survivors, individuals[k:])):
        draw = rng.random()
        if brood:
            values = [weighted_sum(child.fitness) for child in brood]
            candidate = max(values)
            incumbent = weighted_sum(survivors[index].fitness)
            if candidate > -math.inf and accepts(candidate, incumbent, temperature, draw):
                survivors[index] = brood[values.index(candidate)]
    return survivors


class Selection(ABC):
    """Chooses the next generation; a plugin of the group ``geneticgan.selections``.

    Attributes
    ----------
    unused : frozenset of str
        Options of a run that it does not look at, such as `COOLING`. Who asks for one of them is
        told so.
    takes_any : bool
        Whether a single offspring of a single parent takes its place whatever its fitness.
    """

    unused: frozenset[str] = frozenset()
    takes_any: bool = False

    @abstractmethod
    def select(
        self, individuals: Sequence[Any], k: int, *, temperature: float, rng: np.random.Generator
    ) -> list[Any]:
        """Return k of the individuals; parameters as for `sel_annealing`.

        A parent that survives stays at its index, so that it can be told who lost its place.
        """


class BestOffspring(Selection):
    """The best offspring of each parent takes its place if it is accepted.

    A subclass that defines `accepts` is complete.
    """

    @abstractmethod
    def accepts(
        self, candidate: Number, incumbent: Number, temperature: Number, draw: Number
    ) -> Decision:
        """Decide whether an offspring that did not fail takes its parent's place.

        The rule is written once and decides twice: for floats, and for scalar tensors of float64
        where generations stay on a GPU. Arithmetic, comparisons, ``&`` and ``|`` serve both;
        ``and``, ``or``, ``not``, ``if`` and the functions of `math` serve floats alone, and a
        rule that needs them selects on the host, which is slower. (``~`` serves tensors alone.)

        Parameters
        ----------
        candidate, incumbent : float or Tensor
            Fitness of the best offspring and of its parent (-inf for one that failed).
        temperature : float or Tensor
            In units of fitness, >= 0.
        draw : float or Tensor
            Uniform in [0, 1).

        Returns
        -------
        bool or Tensor
            A bool, or a scalar tensor of bool if tensors were given.
        """

    def select(
        self, individuals: Sequence[Any], k: int, *, temperature: float, rng: np.random.Generator
    ) -> list[Any]:
        """Select by `accepts`."""
        return sel_best_offspring(individuals, k, self.accepts, temperature=temperature, rng=rng)


class Annealing(BestOffspring):
    """The Metropolis criterion (the paper's Algorithm 1, lines 10-17)."""

    def accepts(
        self, candidate: Number, incumbent: Number, temperature: Number, draw: Number
    ) -> Decision:
        """Accept a better one, or with probability exp(-(incumbent - candidate) / T)."""
        return metropolis_accept(candidate, incumbent, temperature, draw)


SELECTIONS = PluginGroup("geneticgan.selections", Selection, "selection")  # type: ignore[type-abstract]  # plugins are checked against it, it is not made


def create_selection(text: str) -> Selection:
    """Make a selection such as ``annealing``; `PluginError` as `PluginGroup.make`."""
    return SELECTIONS.make(text)


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
