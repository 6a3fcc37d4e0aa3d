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
"""Maps candidate fitness, incumbent fitness, temperature and a uniform draw to a decision."""


COOLING = frozenset({"schedule", "T", "alpha"})
"""Options of a run that set the temperature."""

COMPARING = frozenset({"fitness", "lambda_", "fitness_batches"})
"""Options of a run that determine how individuals are compared."""


def assign_lineage(population: Sequence[Any]) -> None:
    """Give every individual a label of its own, which its clones inherit.

    `sel_annealing` needs this before a population of more than one breeds. It works on any
    individual that accepts attributes, as those of DEAP's ``creator`` do.
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
        The k parents first, then all their offspring in any order, each with a valid DEAP
        fitness, as ``population + offspring`` in DEAP's own algorithms. With k > 1 an
        offspring's parent is the one with the same ``lineage`` (see `assign_lineage`).
    k : int
        How many parents there are, and how many individuals are returned.
    temperature : float or callable
        Temperature in units of fitness, >= 0. A callable is called once per selection, so that
        a loop without a temperature can cool: ``temperature=iter(schedule).__next__``.
    rng : numpy.random.Generator
        Draws one uniform number per parent at every selection, needed or not, so that the stream
        does not depend on what was selected.
    parents_only : bool
        Whether ``individuals`` may contain no offspring at all, so that every parent stays.

    Returns
    -------
    list
        The survivor of the i-th parent at index i; references, not copies.

    Raises
    ------
    ValueError
        If there are fewer than k individuals; if there are exactly k, as in DEAP's ``eaSimple``,
        so that there is nothing to select; or if the parents of the offspring cannot be
        determined.
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
    """Let the best offspring of each parent replace it if ``accepts`` says so.

    Parameters, result and errors are those of `sel_annealing`. A failed offspring (fitness -inf
    or NaN) is never accepted.
    """
    if not 0 < k <= len(individuals):
        raise ValueError(f"selection: k is {k}, but there are {len(individuals)} individuals")
    if k == len(individuals) and not parents_only:
        raise ValueError(
            f"selection: all {k} individuals are parents, so nothing would be selected; pass the "
            "parents and then their offspring, as ea_annealing and DEAP's eaMuPlusLambda do and "
            "eaSimple does not (parents_only=True allows it)"
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
        Options of a run that it ignores, such as `COOLING`. A user who sets one of them is told
        that it has no effect.
    takes_any : bool
        Whether a single offspring of a single parent replaces it whatever its fitness.
    """

    unused: frozenset[str] = frozenset()
    takes_any: bool = False

    @abstractmethod
    def select(
        self, individuals: Sequence[Any], k: int, *, temperature: float, rng: np.random.Generator
    ) -> list[Any]:
        """Return k of the individuals; the parameters are those of `sel_annealing`.

        A parent that survives stays at its index, which shows which parents were replaced.
        """


class BestOffspring(Selection):
    """The best offspring of each parent replaces it if it is accepted.

    A subclass that defines `accepts` is complete.
    """

    @abstractmethod
    def accepts(
        self, candidate: Number, incumbent: Number, temperature: Number, draw: Number
    ) -> Decision:
        """Decide whether an offspring that did not fail replaces its parent.

        One rule serves both floats and, where generations stay on a GPU, scalar float64 tensors.
        Arithmetic, comparisons, ``&`` and ``|`` work for both; ``and``, ``or``, ``not``, ``if``
        and the functions of `math` work only for floats, and a rule that needs them selects on
        the host, which is slower. (``~`` works only for tensors.)

        Parameters
        ----------
        candidate, incumbent : float or Tensor
            Fitness of the best offspring and of its parent (-inf for one that failed).
        temperature : float or Tensor
            Temperature in units of fitness, >= 0.
        draw : float or Tensor
            A number drawn uniformly from [0, 1).

        Returns
        -------
        bool or Tensor
            Whether the offspring is accepted; a scalar bool tensor if tensors were given.
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
        """Accept a better candidate, else with probability exp(-(incumbent - candidate) / T)."""
        return metropolis_accept(candidate, incumbent, temperature, draw)


SELECTIONS = PluginGroup("geneticgan.selections", Selection, "selection")  # type: ignore[type-abstract]  # plugins are checked against it, it is not made


def create_selection(text: str) -> Selection:
    """Make a selection such as ``annealing``; raises `PluginError` as `PluginGroup.make` does."""
    return SELECTIONS.make(text)


def broods(parents: list[Any], offspring: Sequence[Any]) -> list[list[Any]]:
    """Return the offspring of each parent, matched by lineage if there are several parents.

    Raises
    ------
    ValueError
        If the parents of the offspring cannot be determined.
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
