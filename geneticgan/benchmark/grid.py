"""A grid of cells that is filled, and filled up: what is on disk is not done again."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geneticgan.benchmark.cell import Cell, Values
from geneticgan.benchmark.launchers import Launcher
from geneticgan.config import TrainConfig, read_json
from geneticgan.data.imbalance import RATIOS
from geneticgan.errors import ConfigError, RunError
from geneticgan.methods.catalogue import create_method
from geneticgan.registry import parse_specs
from geneticgan.training.run_folder import software, write_json
from geneticgan.training.setup import open_dataset

TABLES = ("iv", "v")
FORMAT = 1
FREE = ("dataset", "setting", "ratio", "seed", "data_root")
"""Of the config, what may differ between the cells of a grid; the last between machines."""

Tuned = Mapping[str, Mapping[str, Mapping[str, float | str]]]
"""From a data set's name and a method's spec, or its bare name, to values."""


@dataclass(frozen=True)
class Progress:
    """How far a grid is.

    Attributes
    ----------
    total, done, failed : int
        Cells; those that were on disk before count as done.
    cell : Cell or None
        The one that has just ended.
    result : dict
        What came of it.
    """

    total: int
    done: int
    failed: int
    cell: Cell | None = None
    result: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def grid(
    table: str,
    datasets: str,
    methods: str,
    seeds: int,
    base: TrainConfig,
    protocols: Sequence[str],
    ratios: Sequence[float] = RATIOS,
    tuned: Tuned | None = None,
) -> list[Cell]:
    """Return the cells of a table, by seed first, so that every seed is a whole comparison.

    Parameters
    ----------
    table : {"iv", "v"}
        Two classes at several ratios, or all classes.
    datasets, methods : str
        Specs joined by commas.
    seeds : int
        How many: 0, 1, ...
    base : TrainConfig
        Budget and networks.
    protocols : sequence of str
        What judges.
    ratios : sequence of float
        Of Table IV.
    tuned : mapping, optional
        Values of methods by data set.

    Raises
    ------
    PluginError, ConfigError
        If a method, data set or value is unknown.
    """
    method_specs = [str(spec) for spec in parse_specs(methods)]
    for spec in parse_specs(methods):
        create_method(spec)
    settings: list[dict[str, Any]] = [{"setting": "multi-class"}]
    if table == "iv":
        settings = [{"setting": "two-class", "ratio": float(ratio)} for ratio in ratios]
    cells = []
    for seed in range(seeds):
        for dataset in parse_specs(datasets):
            for setting in settings:
                config = dataclasses.replace(base, dataset=str(dataset), seed=seed, **setting)
                open_dataset(config)
                for method in method_specs:
                    by_method = (tuned or {}).get(dataset.name, {})
                    found = by_method.get(method, by_method.get(method.partition(":")[0], {}))
                    cells.append(Cell(method, config, values(found), tuple(protocols)))
    return cells


def values(found: Mapping[str, float | str]) -> Values:
    """Return values in the form that a cell holds them."""
    return tuple(sorted(found.items()))


def fill(
    cells: Sequence[Cell],
    out: Path,
    launcher: Launcher,
    on_progress: Callable[[Progress], None],
    command: str = "",
) -> Progress:
    """Run the cells whose result is not on disk yet; a failed one is tried again.

    Parameters
    ----------
    cells : sequence of Cell
        The grid; may be larger than at the last call.
    out : Path
        Folder of the benchmark.
    launcher : Launcher
        Runs them.
    on_progress : callable
        Hears of every cell that ends.
    command : str
        What was typed; noted in the folder.

    Raises
    ------
    RunError
        If the folder holds a benchmark of another budget.
    """
    _claim(out, cells[0].config, command)
    missing = [cell for cell in cells if not _is_done(cell, out)]
    done, failed = len(cells) - len(missing), 0
    on_progress(Progress(len(cells), done, failed))
    for cell, result in launcher.run(missing, out) if missing else ():
        done, failed = done + ("error" not in result), failed + ("error" in result)
        on_progress(Progress(len(cells), done, failed, cell, result))
    return Progress(len(cells), done, failed)


def read_tuned(path: Path) -> Tuned:
    """Read the values that tuning chose; `ConfigError` if the file cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read as TOML ({error})") from error


def _is_done(cell: Cell, out: Path) -> bool:
    path = cell.path(out)
    if not path.is_file():
        return False
    result = read_json(path)
    if "error" in result:
        return False
    # What was asked for and is not among the scores could not be judged so. Older cells do not
    # say what they were asked for; they may have been asked for augment.
    asked = result.get("asked", [*result["scores"], "augment"])
    return result["values"] == dict(cell.values) and set(cell.protocols) <= set(asked)


def _claim(out: Path, config: TrainConfig, command: str) -> None:
    options = json.loads(json.dumps(config.to_json()))  # as a file gives them back
    budget = {k: v for k, v in options.items() if k not in FREE}
    path = out / "benchmark.json"
    if not path.is_file():
        try:
            out.mkdir(parents=True, exist_ok=True)
            made = {"command": command, **software()}
            write_json(path, {"format": FORMAT, "config": budget, **made})
        except OSError as error:
            raise RunError(f"{out} cannot be written: {error.strerror or error}") from error
        return
    # An option that is newer than the folder had, when it was made, what is now its default.
    before = json.loads(json.dumps(TrainConfig().to_json())) | read_json(path)["config"]
    different = sorted(key for key in budget if before.get(key) != budget[key])
    if different:
        key = different[0]
        raise RunError(
            f"{out} holds a benchmark with {key} {before.get(key)!r}, not {budget[key]!r}; use the "
            "same options to fill it up, or another --out"
        )
