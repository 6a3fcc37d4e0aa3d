"""Four problems with known optima, drawn by a seed, with DEAP's stock operators."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from deap import base, tools
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

BITS, ITEMS, CITIES, DIMENSIONS = 300, 50, 50, 20

Integers = npt.NDArray[np.int64]


class Maximise(base.Fitness):  # type: ignore[misc]  # DEAP ships no types
    """The larger, the better."""

    weights = (1.0,)


class Minimise(base.Fitness):  # type: ignore[misc]  # likewise
    """The smaller, the better."""

    weights = (-1.0,)


class Individual(list[Any]):
    """A list with a fitness, as DEAP's ``creator`` would make it."""

    fitness: Any

    def __deepcopy__(self, memo: dict[int, Any]) -> Individual:
        """Copy what can change; numbers need no copies, and DEAP's ``clone`` becomes fast."""
        twin = Individual(self)
        twin.__dict__.update(self.__dict__)
        twin.fitness = copy.deepcopy(self.fitness, memo)
        return twin


@dataclass(frozen=True)
class Problem:
    """One instance, and how DEAP works on it.

    Attributes
    ----------
    draw : callable
        A random solution, from a `numpy.random.Generator`.
    evaluate : callable
        The objective of a solution.
    gap : callable
        From the objective to the distance from the optimum: >= 0, and 0 is optimal.
    fitness : type
        `Maximise` or `Minimise`.
    unit : float
        The size of a common difference in the objective; temperatures are multiples of it.
    mate : callable
        DEAP's crossover.
    mutations : mapping
        Names and DEAP's mutations: every method may choose among the same.
    """

    draw: Callable[[np.random.Generator], list[Any]]
    evaluate: Callable[[list[Any]], float]
    gap: Callable[[float], float]
    fitness: type
    unit: float
    mate: Callable[..., Any]
    mutations: Mapping[str, Callable[..., Any]]

    def individual(self, rng: np.random.Generator) -> Individual:
        """Return a random individual that is not yet evaluated."""
        individual = Individual(self.draw(rng))
        individual.fitness = self.fitness()
        return individual


@dataclass(frozen=True)
class Family:
    """Instances of a kind.

    Attributes
    ----------
    make : callable
        The instance of a seed.
    about : str
        What it is.
    gap : str
        What the gap of a solution is.
    solved : float
        A run with a gap no larger is a success.
    evaluations : int
        Of a run, unless told otherwise; so many that not every method finds the optimum.
    """

    make: Callable[[int], Problem]
    about: str
    gap: str
    solved: float
    evaluations: int = 10_000


def _flips(length: int, *means: int) -> dict[str, Callable[..., Any]]:
    return {f"flip {n}/n": partial(tools.mutFlipBit, indpb=n / length) for n in means}


def _bits(length: int, rng: np.random.Generator) -> list[int]:
    return list(rng.integers(2, size=length).tolist())


def onemax(seed: int) -> Problem:
    """Return the problem of counting ones; the same for every seed."""
    return Problem(
        draw=partial(_bits, BITS),
        evaluate=sum,
        gap=lambda ones: BITS - ones,
        fitness=Maximise,
        unit=1.0,
        mate=tools.cxTwoPoint,
        mutations=_flips(BITS, 1, 2),
    )


def knapsack(seed: int) -> Problem:
    """Return a weakly correlated 0-1 knapsack, half of whose items fit.

    Weights are uniform in 1..100 and a value differs from its weight by at most 10, never below 1
    (Martello and Toth 1990, section 2.10). What is too heavy is worth minus its excess: less than
    anything that fits.
    """
    rng = np.random.default_rng([1, seed])
    weights = rng.integers(1, 101, ITEMS)
    values = np.maximum(1, weights + rng.integers(-10, 11, ITEMS))
    capacity = int(weights.sum()) // 2
    best = _fill(weights, values, capacity)
    pairs = list(zip(weights.tolist(), values.tolist(), strict=True))

    def evaluate(bits: list[int]) -> float:
        weight = value = 0
        for bit, (heavy, worth) in zip(bits, pairs, strict=True):
            if bit:
                weight += heavy
                value += worth
        return value if weight <= capacity else capacity - weight

    return Problem(
        draw=partial(_bits, ITEMS),
        evaluate=evaluate,
        gap=lambda value: 100 * (best - max(0.0, value)) / best,
        fitness=Maximise,
        unit=float(values.mean()),
        mate=tools.cxTwoPoint,
        mutations=_flips(ITEMS, 2, 4),
    )


def _fill(weights: Integers, values: Integers, capacity: int) -> int:
    """Return the best value that fits, by dynamic programming over the capacity."""
    best = np.zeros(capacity + 1, dtype=np.int64)
    for weight, value in zip(weights.tolist(), values.tolist(), strict=True):
        best[weight:] = np.maximum(best[weight:], best[: capacity + 1 - weight] + value)
    return int(best[-1])


def tsp(seed: int) -> Problem:
    """Return a tour through cities uniform in a square of side 1000.

    Distances are rounded to the nearest integer, TSPLIB's EUC_2D (Reinelt 1991).
    """
    rng = np.random.default_rng([2, seed])
    cities = rng.random((CITIES, 2)) * 1000
    apart = np.linalg.norm(cities[:, None] - cities[None], axis=2)
    distances = np.floor(apart + 0.5).astype(np.int64)
    best = shortest_tour(distances)
    rows = distances.tolist()

    def evaluate(tour: list[int]) -> float:
        length, last = 0, tour[-1]
        for city in tour:
            length += rows[last][city]
            last = city
        return length

    return Problem(
        draw=lambda rng: list(rng.permutation(CITIES).tolist()),
        evaluate=evaluate,
        gap=lambda length: 100 * (length - best) / best,
        fitness=Minimise,
        unit=float(np.sort(distances, axis=1)[:, 1].mean()),  # to the nearest neighbour
        mate=tools.cxOrdered,
        mutations={
            "invert": tools.mutInversion,
        },
    )


def shortest_tour(distances: Integers) -> int:
    """Return the length of the shortest tour, proven by integer programming.

    Dantzig, Fulkerson and Johnson (1954): every city has two edges; tours that leave cities out
    are forbidden as they come up.

    Parameters
    ----------
    distances : ndarray
        Shape (n, n), symmetric integers, n >= 3.
    """
    n = len(distances)
    ends = np.triu_indices(n, 1)
    edges = len(ends[0])
    touches = np.zeros((n, edges))
    touches[ends, np.arange(edges)] = 1
    constraints = [LinearConstraint(touches, 2, 2)]
    while True:
        found = milp(
            distances[ends],
            integrality=np.ones(edges),
            bounds=Bounds(0, 1),
            constraints=constraints,
            options={"mip_rel_gap": 0.0},
        )
        if not found.success:
            raise RuntimeError(f"no shortest tour: {found.message}")
        taken = found.x > 0.5
        graph = csr_array((taken[taken], (ends[0][taken], ends[1][taken])), shape=(n, n))
        parts, part = connected_components(graph, directed=False)
        if parts == 1:
            return int(distances[ends][taken].sum())
        for each in range(parts):
            within = (part[ends[0]] == each) & (part[ends[1]] == each)
            constraints.append(
                LinearConstraint(within[None].astype(float), 0, sum(part == each) - 1)
            )


def rastrigin(seed: int) -> Problem:
    """Return Rastrigin's function, its optimum moved to where the seed says."""
    optimum = np.random.default_rng([3, seed]).uniform(-2, 2, DIMENSIONS).tolist()

    def evaluate(x: list[float]) -> float:
        total = 10.0 * DIMENSIONS
        for here, there in zip(x, optimum, strict=True):
            away = here - there
            total += away * away - 10 * math.cos(2 * math.pi * away)
        return total

    return Problem(
        draw=lambda rng: list(rng.uniform(-5.12, 5.12, DIMENSIONS).tolist()),
        evaluate=evaluate,
        gap=float,
        fitness=Minimise,
        unit=1.0,
        mate=tools.cxTwoPoint,
        mutations={
            f"gauss {sigma}": partial(tools.mutGaussian, mu=0, sigma=sigma, indpb=1 / DIMENSIONS)
            for sigma in (0.7, 1.2)
        },
    )


FAMILIES = {
    "OneMax": Family(onemax, f"{BITS} bits", "zeros left", 0.0, 4_000),
    "Knapsack": Family(
        knapsack,
        f"{ITEMS} items, weakly correlated, half of them fit, an instance a seed",
        "per cent below the optimum (dynamic programming)",
        1.0,
    ),
    "TSP": Family(
        tsp,
        f"{CITIES} cities in a square, EUC_2D, an instance a seed",
        "per cent above the shortest tour (proven by integer programming)",
        5.0,
    ),
    "Rastrigin": Family(
        rastrigin,
        f"{DIMENSIONS} dimensions, the optimum elsewhere for every seed",
        "the function's value, which is below 0.99 only around the global optimum",
        0.99,
    ),
}
