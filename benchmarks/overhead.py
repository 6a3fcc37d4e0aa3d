"""What a generation of the loop costs without a network: ``python -m benchmarks.overhead``.

`ea_annealing` beside DEAP's `eaMuPlusLambda` and, where it is installed, deap-er's loop of the same
kind, on OneMax, whose evaluation costs next to nothing, so that what is measured is the
loop and its operators. All clone, mutate and evaluate equally many offspring by the same functions.
The contenders take turns, in an order drawn anew each time, and a ratio is that of two neighbours
in time.
"""

from __future__ import annotations

import argparse
import copy
import gc
import importlib
import importlib.util
import platform
import random
import shlex
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Any

import numpy as np
from deap import algorithms, base, tools

from geneticgan import Schedule, assign_lineage, ea_annealing, sel_annealing

SIZES = (
    (1, 4, 50), (1, 4, 100), (1, 20, 100), (5, 20, 100), (10, 70, 100), (100, 700, 100)
)  # fmt: skip
"""Parents, all their offspring in a generation, and bits of an individual (DEAP's example: 100)."""

OFFSPRING = 4000
"""How many a run makes; small enough that contenders take turns often."""

OURS = "ea_annealing"
DEAP = "eaMuPlusLambda"
ALIKE = "eaMuPlusLambda, sel_annealing"
DEAP_ER = "deap-er"


class Maximise(base.Fitness):  # type: ignore[misc]  # DEAP ships no types
    """One value, to be as large as it can be."""

    weights = (1.0,)


class Bits(list[int]):
    """A bit string with a fitness."""

    def __init__(self, bits: Iterable[int] = (), fitness: Callable[[], Any] = Maximise) -> None:
        super().__init__(bits)
        self.fitness = fitness()


class Cooling(Schedule):
    """Cool a little in every generation."""

    def temperature(self, generation: int) -> float:
        """Return 2 in the first generation, and less by two per cent in each that follows."""
        return float(2 * 0.98**generation)


Run = Callable[[int, int, int, int], None]
"""A search, by its parents, offspring a generation, bits, and generations."""


def ours(parents: int, offspring: int, bits: int, generations: int) -> None:
    """Run `ea_annealing` with `sel_annealing`."""
    toolbox = _toolbox(base.Toolbox(), bits, sel_annealing)
    brood = offspring // parents
    ea_annealing(_zeros(parents, bits), toolbox, Cooling(), generations, brood_size=brood, rng=1)


def deap(parents: int, offspring: int, bits: int, generations: int) -> None:
    """Run DEAP's loop with its selection of the best."""
    random.seed(1)
    toolbox = _toolbox(base.Toolbox(), bits, tools.selBest)
    algorithms.eaMuPlusLambda(
        _zeros(parents, bits), toolbox, parents, offspring, 0.0, 1.0, generations, verbose=False
    )


def alike(parents: int, offspring: int, bits: int, generations: int) -> None:
    """Run DEAP's loop with `sel_annealing`: the difference from ours is that of the loops."""
    random.seed(1)
    cooling, rng = iter(Cooling()).__next__, np.random.default_rng(1)
    toolbox = _toolbox(base.Toolbox(), bits, sel_annealing, temperature=cooling, rng=rng)
    population = _zeros(parents, bits)
    assign_lineage(population)
    algorithms.eaMuPlusLambda(
        population, toolbox, parents, offspring, 0.0, 1.0, generations, verbose=False
    )


def deap_er(parents: int, offspring: int, bits: int, generations: int) -> None:
    """Run deap-er's loop with its selection of the best, on its own fitness."""
    er_tools: Any = importlib.import_module("deap_er.tools")
    er_base: Any = importlib.import_module("deap_er.base")

    class Fitness(er_base.Fitness):  # type: ignore[misc]  # known only where it is installed
        weights = (1.0,)

    random.seed(1)
    toolbox = _toolbox(er_base.Toolbox(), bits, er_tools.sel_best)
    population = [Bits([0] * bits, Fitness) for _ in range(parents)]
    er_tools.ea_mu_plus_lambda(toolbox, population, generations, offspring, parents, 0.0, 1.0)


def _toolbox(toolbox: Any, bits: int, select: Callable[..., Any], **options: Any) -> Any:
    toolbox.register("clone", copy.deepcopy)
    toolbox.register("mutate", tools.mutFlipBit, indpb=1 / bits)
    toolbox.register("evaluate", lambda one: (sum(one),))
    toolbox.register("select", select, **options)
    return toolbox


def _zeros(count: int, bits: int) -> list[Bits]:
    return [Bits([0] * bits) for _ in range(count)]


def contenders() -> dict[str, Run]:
    """Return the runs to compare by name; that of deap-er only where it is installed."""
    found: dict[str, Run] = {OURS: ours, DEAP: deap, ALIKE: alike}
    if importlib.util.find_spec("deap_er") is not None:
        found[DEAP_ER] = deap_er
    return found


def measure(
    runs: dict[str, Run], size: tuple[int, int, int], turns: int, offspring: int = OFFSPRING
) -> dict[str, list[float]]:
    """Return microseconds of processor time a generation, one value a turn.

    Parameters
    ----------
    runs : dict
        As `contenders` returns it.
    size : tuple of int
        One of `SIZES`.
    turns : int
        How often each one runs.
    offspring : int
        How many a run makes at least.
    """
    generations = -(-offspring // size[1])
    times: dict[str, list[float]] = {name: [] for name in runs}
    order = list(runs)
    for turn in range(turns):
        random.Random(turn).shuffle(order)  # noqa: S311  # no secret
        for name in order:
            gc.collect()
            start = time.process_time()
            runs[name](*size, generations)
            times[name].append(1e6 * (time.process_time() - start) / generations)
    return times


def ratio(times: dict[str, list[float]], other: str) -> str:
    """Return the median of our time over another's in the same turn, and its quartiles."""
    found = [a / b for a, b in zip(times[OURS], times[other], strict=True)]
    low, middle, high = statistics.quantiles(found, n=4)
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def table(runs: dict[str, Run], turns: int, offspring: int = OFFSPRING) -> Iterable[str]:
    """Yield the lines of a Markdown table, a row for each of `SIZES`."""
    others = [name for name in runs if name != OURS]
    heads = ["parents", "offspring", "bits", *(f"{name}" for name in runs)]
    heads += [f"ours / {name}" for name in others]
    yield "| " + " | ".join(heads) + " |"
    yield "|---" * len(heads) + "|"
    for size in SIZES:
        times = measure(runs, size, turns, offspring)
        cells = [*map(str, size), *(f"{statistics.median(times[name]):.0f}" for name in runs)]
        cells += [ratio(times, name) for name in others]
        yield "| " + " | ".join(cells) + " |"


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--turns", type=int, default=25, help="runs of each contender")
    options = parser.parse_args()
    runs = contenders()
    versions = [f"{name} {version(name)}" for name in ("deap", "numpy")]
    versions += [f"deap-er {version('deap-er')}"] if DEAP_ER in runs else []
    command = shlex.join(["python", "-m", "benchmarks.overhead", *sys.argv[1:]])
    print(
        f"`{command}`: OneMax, {options.turns} turns, one core, Python "
        f"{platform.python_version()}, {', '.join(versions)}. Microseconds of processor time a "
        "generation, medians; ratios with their quartiles.\n"
    )
    for line in table(runs, options.turns):
        print(line, flush=True)


if __name__ == "__main__":
    main()
