"""Chooses each method's few free values on validation images, with equally many trials each."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from geneticgan.benchmark.cell import Cell
from geneticgan.benchmark.grid import Progress, fill, values
from geneticgan.benchmark.launchers import Launcher
from geneticgan.benchmark.layout import BenchmarkFolder
from geneticgan.methods.catalogue import METHODS

VALIDATION = "validation"
"""The protocol by which values are chosen: the class head on the validation part."""

SEED = 1000
"""First seed of tuning, distinct from those that a benchmark reports."""


def trials(cells: Sequence[Cell], seeds: int) -> list[Cell]:
    """Return the trials of the methods and data sets of a grid.

    Parameters
    ----------
    cells : sequence of Cell
        The grid.
    seeds : int
        Number of seeds over which the validation score of a trial is averaged.
    """
    found: dict[Path, Cell] = {}
    for cell in cells:
        factory = METHODS.get(cell.method.partition(":")[0]).factory
        for number, trial in enumerate(factory.trials):
            for seed in range(seeds):
                config = dataclasses.replace(cell.config, seed=SEED + seed)
                each = Cell(cell.method, config, values(trial), (VALIDATION,), number)
                found[each.path(Path())] = each
    return list(found.values())


def tune(
    cells: Sequence[Cell],
    seeds: int,
    out: Path,
    launcher: Launcher,
    on_progress: Callable[[Progress], None],
) -> str:
    """Run missing trials, and return the best values as TOML.

    The best have the highest mean ACSA on the validation part; the test part is not used. A
    failed trial counts as 0.
    """
    everything = trials(cells, seeds)
    fill(everything, out, launcher, on_progress)
    scores: dict[tuple[str, str], dict[int, list[float]]] = {}
    for cell in everything:
        result = BenchmarkFolder(out).read(cell.place())
        name = cell.dataset, cell.method
        found = result.scores.get(VALIDATION) if result else None
        acsa = found.acsa if found else 0.0
        scores.setdefault(name, {}).setdefault(cell.trial or 0, []).append(acsa)
    lines = [
        f"# Chosen by mean ACSA on the validation part, over {seeds} seed(s) from {SEED} on, "
        f"{everything[0].config.steps} steps."
    ]
    for (dataset, method), by_trial in sorted(scores.items()):
        means = {number: sum(each) / len(each) for number, each in sorted(by_trial.items())}
        best = max(means, key=lambda number: means[number])
        shown = ", ".join(f"{100 * mean:.1f}" for mean in means.values())
        lines += ["", f'["{dataset}"."{method}"]  # trials: {shown}']
        chosen = METHODS.get(method.partition(":")[0]).factory.trials[best]
        lines += [f"{key} = {_toml(value)}" for key, value in sorted(chosen.items())]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)
