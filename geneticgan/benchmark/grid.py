"""Runs the cells of a grid, except those whose results are already on disk."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from geneticgan.benchmark.cell import Cell
from geneticgan.benchmark.identity import Values
from geneticgan.benchmark.launchers import Launcher
from geneticgan.benchmark.layout import BenchmarkFolder
from geneticgan.benchmark.result import CellResult
from geneticgan.config import TrainConfig, read_json
from geneticgan.data.imbalance import RATIOS, create_imbalance
from geneticgan.errors import ConfigError, RunError, some
from geneticgan.files import not_written, read_regular
from geneticgan.methods.asked import read_method, with_given
from geneticgan.protocols.catalogue import create_protocol
from geneticgan.specs import parse_specs
from geneticgan.training.lock import RunLock
from geneticgan.training.ownership import seal
from geneticgan.training.plugins import make_plugins
from geneticgan.training.run_folder import software, write_json
from geneticgan.training.setup import load_source, open_dataset

TABLES: Mapping[str, tuple[str, ...]] = {
    "iv": tuple(f"two-class:ratio={ratio}" for ratio in RATIOS),
    "v": ("auto",),
}
"""The imbalances of the paper's tables."""

FORMAT = 1
FREE = ("dataset", "imbalance", "seed", "data_root")
"""Options that may differ between the cells of a grid; the last may differ between machines."""

Tuned = Mapping[str, Mapping[str, Mapping[str, float | str]]]
"""Maps a data set's and a method's spec, or their bare names, to tuned values."""


@dataclass(frozen=True)
class Progress:
    """The progress of a grid.

    Attributes
    ----------
    total, done, failed : int
        Numbers of cells; those already on disk count as done.
    cell : Cell or None
        The cell that has just ended.
    result : CellResult or None
        The result of that cell.
    """

    total: int
    done: int
    failed: int
    cell: Cell | None = None
    result: CellResult | None = None


def grid(
    imbalances: Sequence[str],
    datasets: str,
    methods: str,
    seeds: int,
    base: TrainConfig,
    protocols: Sequence[str],
    tuned: Tuned | None = None,
) -> list[Cell]:
    """Return the cells of a grid, ordered by seed, so that every seed is a whole comparison.

    Parameters
    ----------
    imbalances : sequence of str
        Specs of the imbalances; `TABLES` has those of the paper.
    datasets, methods : str
        Specs separated by commas.
    seeds : int
        Number of seeds, which are 0, 1, ...
    base : TrainConfig
        Options that all cells share, such as budget and networks.
    protocols : sequence of str
        Specs of the protocols that evaluate the methods.
    tuned : mapping, optional
        Tuned values of methods by data set.

    Raises
    ------
    PluginError, ConfigError
        If a method, data set, imbalance or value is unknown, or a data set has no tuned values.
    """
    method_specs = [str(spec) for spec in parse_specs(methods)]
    for method in method_specs:
        config = with_given(base, read_method(method)[1])
        make_plugins(dataclasses.replace(config, device="cpu"))  # cells may run elsewhere
    for protocol in protocols:
        create_protocol(protocol)
    for imbalance in imbalances:
        create_imbalance(imbalance)
    if tuned is not None:
        _check_tuned(tuned, datasets)
    cells = []
    for seed in range(seeds):
        for dataset in parse_specs(datasets):
            for imbalance in imbalances:
                config = dataclasses.replace(
                    base, dataset=str(dataset), imbalance=imbalance, seed=seed
                )
                open_dataset(config)
                for method in method_specs:
                    by_method = _of_spec(tuned or {}, str(dataset), {})
                    found = _of_spec(by_method, method, {})
                    cells.append(Cell(method, config, values(found), tuple(protocols)))
    return cells


T = TypeVar("T")


def _of_spec(found: Mapping[str, T], spec: str, default: T) -> T:
    return found.get(spec, found.get(spec.partition(":")[0], default))


def _check_tuned(tuned: Tuned, datasets: str) -> None:
    """Raise `ConfigError` if there are no tuned values for one of the data sets."""
    missing = [str(each) for each in parse_specs(datasets) if not _of_spec(tuned, str(each), {})]
    if missing:
        raise ConfigError(
            f"the tuned values are for {some(sorted(tuned)) or 'no data set'}, not for "
            f"{some(missing)}; tune there, or rename a section of the file to use its values"
        )


def untuned(tuned: Tuned, cells: Sequence[Cell]) -> list[str]:
    """Return the methods of a grid for which a data set's tuned values name nothing."""
    known = ((cell, _of_spec(tuned, cell.config.dataset, {})) for cell in cells)
    return sorted(
        {cell.method for cell, found in known if _of_spec(found, cell.method, None) is None}
    )


def values(found: Mapping[str, float | str]) -> Values:
    """Return values in the form in which a cell holds them."""
    return tuple(sorted(found.items()))


def fill(
    cells: Sequence[Cell],
    out: Path,
    launcher: Launcher,
    on_progress: Callable[[Progress], None],
    command: str = "",
    order: Callable[[list[Cell]], Iterable[Cell]] = iter,
) -> Progress:
    """Run the cells whose result is not on disk yet; a failed cell is tried again.

    Parameters
    ----------
    cells : sequence of Cell
        The grid; may be larger than at the last call.
    out : Path
        Folder of the benchmark.
    launcher : Launcher
        Runs the cells.
    on_progress : callable
        Called with the progress after every cell.
    command : str
        The command that the user typed; recorded in the folder.
    order : callable
        Maps the missing cells to those to run, which are taken one at a time as each can start.

    Raises
    ------
    RunError
        If the folder holds a benchmark with another budget or other images, or another process
        is working on it.
    DataError
        If finished cells cannot be matched because their images are not available.
    """
    _claim(out, cells[0].config, command)
    with RunLock(out):
        _keep_seals(out, cells)
        data = _Fingerprints()
        missing = [cell for cell in cells if not _is_done(cell, out, data)]
        done, failed = len(cells) - len(missing), 0
        on_progress(Progress(len(cells), done, failed))
        if not missing:
            return Progress(len(cells), done, failed)
        with contextlib.closing(launcher.run(order(missing), out)) as outcomes:
            for cell, result in outcomes:
                done, failed = done + (not result.failed), failed + result.failed
                on_progress(Progress(len(cells), done, failed, cell, result))
    return Progress(len(cells), done, failed)


def read_tuned(path: Path) -> Tuned:
    """Read the values that tuning chose; `ConfigError` if the file cannot be read."""
    try:
        return tomllib.loads(read_regular(path).decode("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read as TOML ({error})") from error


class _Fingerprints:
    """Fingerprints of the images of configs; each data set is read once."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, config: TrainConfig) -> str:
        key = json.dumps(dataclasses.replace(config, seed=0).to_json())
        if key not in self._known:
            self._known[key] = load_source(config, open_dataset(config)).fingerprint
        return self._known[key]


def _is_done(cell: Cell, out: Path, data: _Fingerprints) -> bool:
    """Return whether a cell's result is on disk; `RunError` if it is one for other images."""
    found = BenchmarkFolder(out).read(cell.place())
    if found is None or found.failed or found.identity is None:
        return False
    wanted = cell.identity(data.of(cell.config))
    if found.identity.data != wanted.data:
        raise RunError(
            f"{cell.path(out)} is the result for other images of {cell.dataset} than those that "
            "are there now; use another --out, or give each data set's location in --datasets, as "
            "in npz:data_root=images.npz"
        )
    return found.identity.serves(wanted)


def _keep_seals(out: Path, cells: Sequence[Cell]) -> None:
    """Record that the locations of the cells' images were given by this user."""
    folder = BenchmarkFolder(out)
    found = {*folder.seals(), *(seal(cell.config) for cell in cells)}
    if found != set(folder.seals()):
        write_json(folder.head, {**read_json(folder.head), "seals": sorted(found)})


def _claim(out: Path, config: TrainConfig, command: str) -> None:
    options = json.loads(json.dumps(config.to_json()))  # as read back from a file
    budget = {k: v for k, v in options.items() if k not in FREE}
    folder = BenchmarkFolder(out)
    folder.check_links()
    path = folder.head
    if not path.is_file():
        try:
            out.mkdir(parents=True, exist_ok=True)
            made = {"command": command, **software()}
            write_json(path, {"format": FORMAT, "config": budget, **made})
        except OSError as error:
            raise not_written(out, error) from error
        return
    # An option newer than the folder had its present default when the folder was made.
    before = json.loads(json.dumps(TrainConfig().to_json())) | read_json(path)["config"]
    different = sorted(key for key in budget if before.get(key) != budget[key])
    if different:
        key = different[0]
        raise RunError(
            f"{out} holds a benchmark with {key} {before.get(key)!r}, not {budget[key]!r}; use the "
            "same options to fill it up, or another --out"
        )
