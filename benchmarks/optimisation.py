"""How good annealed selection is without a network: ``python -m benchmarks.optimisation``.

Our `ea_annealing` beside DEAP's algorithms and textbook annealing, on four problems with known
optima, with the same number of evaluations and the same mutations. A run is judged by the best
that it evaluated. Every method chooses among equally many settings on seeds of their own (the
least mean gap, then the earliest found), and then shows what they are worth on others.
"""

from __future__ import annotations

import argparse
import platform
import shlex
import statistics
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version

import numpy as np
from scipy.stats import wilcoxon

from benchmarks.optimisation_methods import COLD, METHODS, Meter, Setting, run
from benchmarks.optimisation_problems import FAMILIES, Family, Problem

TUNING = 1000
"""First of the seeds that settings are chosen on; those reported begin with 0."""

OURS = ("ours, one parent", "ours, population")
"""What everything is compared with."""

Instances = Mapping[int, Problem]
"""By seed."""


def choose(name: str, instances: Instances, allowed: int) -> Setting:
    """Return the setting of a method with the least mean gap, and then the earliest found.

    Parameters
    ----------
    name : str
        Of the method.
    instances : mapping of int to Problem
        At least one, by seed.
    allowed : int
        Evaluations a run.
    """

    def merit(setting: Setting) -> tuple[float, float]:
        runs = measure(name, setting, instances, allowed)
        return statistics.mean(m.gap for m in runs), statistics.mean(m.found for m in runs)

    return min(METHODS[name].settings(next(iter(instances.values()))), key=merit)


def measure(name: str, setting: Setting, instances: Instances, allowed: int) -> list[Meter]:
    """Run a method once on every instance, in the order of the mapping."""
    return [
        run(METHODS[name], problem, setting, seed, allowed) for seed, problem in instances.items()
    ]


def against(ours: Sequence[Meter], theirs: Sequence[Meter]) -> str:
    """Say on how many seeds ours is better and worse, and how likely by chance.

    The p is that of a two-sided Wilcoxon signed-rank test of the gaps, paired by seed; seeds on
    which both are equal do not count.
    """
    gaps = np.array([[o.gap, t.gap] for o, t in zip(ours, theirs, strict=True)])
    more = gaps[:, 1] - gaps[:, 0]
    more = more[more != 0]
    p = float(wilcoxon(more).pvalue) if len(more) else 1.0
    shown = "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
    return f"{(more > 0).sum()}-{(more < 0).sum()}, {shown}"


def row(name: str, setting: Setting, results: Mapping[str, Sequence[Meter]], solved: float) -> str:
    """Return a method's line of the table."""
    meters = results[name]
    low, median, high = np.quantile([meter.gap for meter in meters], [0.25, 0.5, 0.75])
    found = statistics.median(meter.found for meter in meters)
    wins = sum(meter.gap <= solved for meter in meters)
    return line(
        [
            name,
            ", ".join(str(v) if k == "mutation" else f"{k} {v}" for k, v in setting),
            f"{median:.3g}",
            f"{low:.3g} to {high:.3g}",
            f"{100 * wins / len(meters):.0f}%",
            f"{found:.0f}",
            *("" if name == ours else against(results[ours], meters) for ours in OURS),
        ]
    )


def line(cells: Iterable[object]) -> str:
    """Return a line of a Markdown table."""
    return f"| {' | '.join(map(str, cells))} |"


def compare(family: Family, seeds: Sequence[int], tuning: Sequence[int], allowed: int) -> None:
    """Choose, measure and print one problem's table."""
    spare = {seed: family.make(seed) for seed in tuning}
    chosen = {name: choose(name, spare, allowed) for name in METHODS}
    instances = {seed: family.make(seed) for seed in seeds}
    results = {name: measure(name, setting, instances, allowed) for name, setting in chosen.items()}
    heads = ["method", "chosen", "median gap", "quartiles", "success", "found after"]
    heads += [f"{name}: better-worse" for name in OURS]
    print(f"{line(heads)}\n|{'---|' * len(heads)}")
    for name, setting in chosen.items():
        print(row(name, setting, results, family.solved), flush=True)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=30, help="reported, counted from 0")
    parser.add_argument("--tuning-seeds", type=int, default=5, help=f"counted from {TUNING}")
    parser.add_argument("--evaluations", type=int, help="of a run, instead of each problem's own")
    parser.add_argument("--problems", nargs="+", choices=FAMILIES, default=list(FAMILIES))
    parser.add_argument(
        "--quick", action="store_true", help="3 seeds, 1 for tuning, 60 evaluations"
    )
    options = parser.parse_args()
    if options.quick:
        options.seeds, options.tuning_seeds, options.evaluations = 3, 1, 60
    few = options.evaluations is not None and options.evaluations < 2
    if few or not 0 < options.seeds <= TUNING or options.tuning_seeds < 1:
        parser.error(f"1 to {TUNING} seeds, a tuning seed and 2 evaluations at least")
    return options


def main() -> None:
    """Print the tables as Markdown."""
    options = parse()
    seeds = range(options.seeds)
    tuning = range(TUNING, TUNING + options.tuning_seeds)
    packages = ", ".join(f"{name} {version(name)}" for name in ("deap", "numpy", "scipy"))
    command = shlex.join(["python", "-m", "benchmarks.optimisation", *sys.argv[1:]])
    print(
        f"# Annealed selection beside other searches\n\n`{command}`: seeds 0 to {seeds[-1]} are "
        f"reported, settings were chosen on seeds {TUNING} to {tuning[-1]}. Python "
        f"{platform.python_version()}, {packages}.\n"
    )
    print("Each problem's mutations, and for each of them every combination of these:\n")
    print(f"{line(['method', 'settings'])}\n|---|---|")
    for name, method in METHODS.items():
        tried = (f"{key}: {', '.join(map(str, values))}" for key, values in method.grid.items())
        print(line([name, "; ".join(tried)]))
    print(f"\nT is in the problem's unit, and falls geometrically to {COLD:g} of it.")
    for name in options.problems:
        family = FAMILIES[name]
        first, allowed = family.make(TUNING), options.evaluations or family.evaluations
        print(
            f"\n## {name}\n\n{family.about}. {allowed} evaluations a run. Gap: {family.gap}. "
            f"Success: a gap of at most {family.solved:g}. Unit of T (on seed {TUNING}): "
            f"{first.unit:.3g}. Mutations: {', '.join(first.mutations)}.\n"
        )
        compare(family, seeds, tuning, allowed)
    print(f"\nProcessor time: {time.process_time():.0f} s.")


if __name__ == "__main__":
    main()
