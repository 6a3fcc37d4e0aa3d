"""What is compared: annealed selection, DEAP's own algorithms, and annealing as in a textbook.

A method gets a problem, a `Meter` in place of its evaluation, one setting of its grid and a
random generator, and searches until the meter stops it. Each has 12 settings to choose from for
each of the problem's mutations.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from deap import algorithms, base, tools

from benchmarks.optimisation_problems import Individual, Problem
from geneticgan import Schedule, ea_annealing, sel_annealing
from geneticgan.annealing.schedule import create_schedule

COLD = 0.01
"""The last temperature of every annealing, as a share of its first."""

Setting = tuple[tuple[str, Any], ...]
"""Names and values; the first names a mutation of the problem."""


class Spent(Exception):  # noqa: N818  # it is no error
    """Nothing is left to search with, or to search for."""


class Meter:
    """Evaluates, counts, and keeps the best gap seen; the one way to the problem's objective.

    Parameters
    ----------
    problem : Problem
        Whose objective is evaluated.
    allowed : int
        How often, >= 1. One more raises `Spent`, and so does the optimum.
    """

    def __init__(self, problem: Problem, allowed: int) -> None:
        self._problem = problem
        self.allowed = allowed
        self.used = 0
        self.gap = math.inf
        self.found = 0
        """The evaluation that gave the best gap, counted from 1."""

    def __call__(self, individual: Individual) -> tuple[float]:
        """Return DEAP's fitness values."""
        if self.used == self.allowed or self.gap == 0:
            raise Spent
        value = self._problem.evaluate(individual)
        self.used += 1
        gap = self._problem.gap(value)
        if gap < self.gap:
            self.gap, self.found = gap, self.used
        return (value,)


@dataclass(frozen=True)
class Search:
    """What a method is given."""

    problem: Problem
    meter: Meter
    setting: dict[str, Any]
    rng: np.random.Generator

    def toolbox(self) -> base.Toolbox:
        """Return a DEAP toolbox without a selection."""
        toolbox = base.Toolbox()
        toolbox.register("evaluate", self.meter)
        toolbox.register("mate", self.problem.mate)
        toolbox.register("mutate", self.problem.mutations[self.setting["mutation"]])
        return toolbox

    def population(self, size: int) -> list[Individual]:
        """Return random individuals."""
        return [self.problem.individual(self.rng) for _ in range(size)]

    def generations(self, parents: int, offspring: int) -> int:
        """Return how many generations use up the evaluations; the last need not be whole."""
        return max(1, math.ceil((self.meter.allowed - parents) / offspring))

    def cooling(self, generations: int) -> Schedule:
        """Return the geometric way from the setting's T, in the problem's unit, to `COLD` of it."""
        start = self.setting["T"] * self.problem.unit
        return create_schedule("exponential", T=start, alpha=COLD ** (1 / generations))


def one_parent(search: Search) -> None:
    """Anneal one parent, of which the best of a brood competes with it."""
    brood = search.setting["brood"]
    generations = search.generations(1, brood)
    toolbox = search.toolbox()
    toolbox.register("select", sel_annealing, rng=search.rng)
    schedule = search.cooling(generations)
    ea_annealing(search.population(1), toolbox, schedule, generations, brood_size=brood)


def population(search: Search) -> None:
    """Anneal several parents, with a share of offspring crossed with another parent first."""
    size = search.setting["parents"]
    generations = search.generations(size, size)
    toolbox = search.toolbox()

    def breed(parents: Sequence[Individual]) -> Iterator[Individual]:
        for parent in parents:
            child = toolbox.clone(parent)
            if search.rng.random() < search.setting["crossed"]:
                other = parents[search.rng.integers(size)]
                child, _ = toolbox.mate(child, toolbox.clone(other))
            (child,) = toolbox.mutate(child)
            del child.fitness.values
            yield child

    toolbox.register("breed", breed)
    toolbox.register("select", sel_annealing, rng=search.rng)
    ea_annealing(search.population(size), toolbox, search.cooling(generations), generations)


def elitist(search: Search) -> None:
    """Let the best of a brood replace the parent if it is no worse: T = 0 throughout."""
    brood = search.setting["brood"]
    toolbox = search.toolbox()
    toolbox.register("select", sel_annealing, rng=search.rng)
    generations = search.generations(1, brood)
    schedule = create_schedule("zero")
    ea_annealing(search.population(1), toolbox, schedule, generations, brood_size=brood)


def textbook(search: Search) -> None:
    """Anneal plainly: one candidate a step (Kirkpatrick, Gelatt and Vecchi 1983)."""
    toolbox, (present,) = search.toolbox(), search.population(1)
    steps = search.meter.allowed - 1
    start = search.setting["T"] * search.problem.unit
    present.fitness.values = toolbox.evaluate(present)
    for step in range(steps):
        temperature = start * COLD ** (step / steps)
        (candidate,) = toolbox.mutate(toolbox.clone(present))
        candidate.fitness.values = toolbox.evaluate(candidate)
        worse = present.fitness.wvalues[0] - candidate.fitness.wvalues[0]
        if search.rng.random() < math.exp(min(0.0, -worse / temperature)):
            present = candidate


def simple(search: Search) -> None:
    """Run DEAP's ``eaSimple`` with tournaments of three."""
    toolbox = search.toolbox()
    crossed, mutated = search.setting["cx, mut"]
    toolbox.register("select", tools.selTournament, tournsize=3)
    start = search.population(search.setting["population"])
    algorithms.eaSimple(start, toolbox, crossed, mutated, search.meter.allowed, verbose=False)


def plus(search: Search) -> None:
    """Run DEAP's ``eaMuPlusLambda``, the best mu surviving."""
    toolbox = search.toolbox()
    crossed, mutated = search.setting["cx, mut"]
    toolbox.register("select", tools.selBest)
    mu, bred = search.setting["mu + lambda"]
    start, generations = search.population(mu), search.meter.allowed
    algorithms.eaMuPlusLambda(
        start, toolbox, mu, bred, crossed, mutated, generations, verbose=False
    )


@dataclass(frozen=True)
class Method:
    """A way to search, and the values that it chooses from besides the problem's mutations."""

    search: Callable[[Search], None]
    grid: dict[str, Sequence[Any]]

    def settings(self, problem: Problem) -> list[Setting]:
        """Return every combination of a mutation and the grid's values."""
        names = ["mutation", *self.grid]
        values = itertools.product(problem.mutations, *self.grid.values())
        return [tuple(zip(names, combination, strict=True)) for combination in values]


METHODS = {
    "ours, one parent": Method(one_parent, {"brood": (2, 4, 8), "T": (0.1, 0.3, 1, 3)}),
    "ours, population": Method(
        population, {"parents": (2, 4, 8), "crossed": (0.1, 0.5), "T": (0.2, 1)}
    ),
    "ours, T = 0": Method(elitist, {"brood": (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32)}),
    "textbook annealing": Method(
        textbook, {"T": (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3)}
    ),
    "eaSimple": Method(
        simple,
        {"population": (10, 20, 50, 100), "cx, mut": ((0.5, 0.2), (0.2, 0.5), (0.8, 0.8))},
    ),
    "eaMuPlusLambda": Method(
        plus,
        {
            "mu + lambda": ((2, 4), (5, 10), (10, 20), (50, 100)),
            "cx, mut": ((0.1, 0.9), (0.3, 0.7), (0.6, 0.4)),
        },
    ),
}


def run(method: Method, problem: Problem, setting: Setting, seed: int, allowed: int) -> Meter:
    """Search once.

    Parameters
    ----------
    method : Method
        Who searches.
    problem : Problem
        Where.
    setting : Setting
        One of the method's.
    seed : int
        Of DEAP's operators (the global ``random``) and of everything else.
    allowed : int
        Evaluations.

    Returns
    -------
    Meter
        With what was found.
    """
    random.seed(seed)
    meter = Meter(problem, allowed)
    with suppress(Spent):
        method.search(Search(problem, meter, dict(setting), np.random.default_rng([4, seed])))
    return meter
