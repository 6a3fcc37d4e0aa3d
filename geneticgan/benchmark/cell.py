"""One cell of a benchmark: a method on a data set, with an imbalance and a seed."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import os
import shutil
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from geneticgan.benchmark.curves import Curve
from geneticgan.benchmark.identity import Identity, Values, identity_of
from geneticgan.benchmark.keeping import draw_real_sheet, draw_sheet, keep_generators
from geneticgan.benchmark.layout import BenchmarkFolder, place
from geneticgan.benchmark.result import CellResult
from geneticgan.config import TrainConfig
from geneticgan.errors import GeneticGanError
from geneticgan.evaluation.outputs import OutOfFold
from geneticgan.evaluation.prediction import class_logits
from geneticgan.evaluation.probabilities import Calibration, fit_calibrations
from geneticgan.methods.asked import read_method, with_given
from geneticgan.methods.catalogue import METHODS
from geneticgan.methods.contract import Fitted, Method, Task
from geneticgan.protocols.catalogue import create_protocol
from geneticgan.specs import parse_specs
from geneticgan.training.device import resolve_device
from geneticgan.training.interrupt import Interrupted, StopRequest, TimeLimit, TooLong
from geneticgan.training.setup import load_parts

TOO_LONG = "it takes longer than the budget allows"


@dataclass(frozen=True)
class Cell:
    """A cell to run.

    Attributes
    ----------
    method : str
        The method's spec, such as ``cb-loss:kind=focal`` or ``aggan:selection=threshold,lambda=0``.
    config : TrainConfig
        Data set, imbalance, seed and budget.
    values : tuple of (str, value)
        Tuned options of the method and values of the config.
    protocols : tuple of str
        Specs of plugins of the group ``geneticgan.protocols``.
    trial : int or None
        Number of the tuning trial.
    name : str
        Name under which it is stored; by default the method's spec.
    calibrates : bool
        Whether the output on the validation part is kept, and calibrations fitted on it.
    limit : float
        Time limit in seconds; the cell fails if it takes longer.
    """

    method: str
    config: TrainConfig
    values: Values = ()
    protocols: tuple[str, ...] = ("head",)
    trial: int | None = None
    name: str = ""
    calibrates: bool = False
    limit: float = math.inf

    @property
    def imbalance(self) -> str:
        """The imbalance's spec."""
        return self.config.imbalance

    @property
    def dataset(self) -> str:
        """The data set's spec."""
        return self.config.dataset

    def path(self, out: Path) -> Path:
        """Return the file of the result."""
        return BenchmarkFolder(out).cell(self.place())

    def place(self, of: str = "") -> Path:
        """Return the relative path of this cell's files, or of those of another method."""
        name = of or self.name or self.method
        return place(self.dataset, self.imbalance, name, self.config.seed, self.trial)

    def identity(self, data: str) -> Identity:
        """Return what the result depends on; ``data`` is the fingerprint of the images."""
        (spec,) = parse_specs(self.method)
        version = METHODS.get(spec.name).factory.version
        return identity_of(
            self.method, version, self.config, self.values, self.protocols, self.trial, data
        )

    def make(self) -> tuple[Method, TrainConfig, Mapping[str, Any]]:
        """Return the method, its config, and the options of the run that its spec sets.

        Raises
        ------
        PluginError, ConfigError
            Under the conditions of `read_method`, and if a value is outside its range.
        """
        method, given = read_method(self.method, dict(self.values))
        return method, with_given(self.config, given), given

    def __str__(self) -> str:
        trial = "" if self.trial is None else f", trial {self.trial}"
        name = self.name or self.method
        return f"{self.dataset}, {self.imbalance}, {name}, seed {self.config.seed}{trial}"


def run_cell(cell: Cell, out: Path, stop: StopRequest | None = None) -> CellResult:
    """Run a cell and write its result, even if it is an error; returns the result.

    It uses one thread, so that the result does not depend on how many cells run at once.

    Raises
    ------
    Interrupted
        If a stop was requested, in which case nothing is written.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    work = BenchmarkFolder(out).work(cell.place())
    shutil.rmtree(work, ignore_errors=True)
    try:
        result = _run(cell, out, work, TimeLimit(cell.limit, stop))
    except Interrupted:
        raise
    except TooLong:
        result = dataclasses.replace(_header(cell), error=TOO_LONG)
    except GeneticGanError as error:
        result = dataclasses.replace(_header(cell), error=str(error))
    except Exception as error:  # the grid continues, and the error is recorded
        cause = f"{type(error).__name__}: {error}"
        trace = traceback.format_exc()
        result = dataclasses.replace(_header(cell), error=cause, traceback=trace)
    finally:
        torch.set_num_threads(threads)
        shutil.rmtree(work, ignore_errors=True)
        with contextlib.suppress(OSError):  # not empty, since other cells are running
            os.removedirs(work.parent)
    BenchmarkFolder(out).write(result)
    return result


def record_failure(cell: Cell, out: Path, cause: str) -> CellResult:
    """Record that a cell failed, as `run_cell` does; returns the result."""
    result = dataclasses.replace(_header(cell), error=cause)
    BenchmarkFolder(out).write(result)
    return result


def _run(cell: Cell, out: Path, work: Path, stop: StopRequest) -> CellResult:
    method, config, given = cell.make()
    protocols = {text: create_protocol(text) for text in cell.protocols}
    source, split = load_parts(config)
    fingerprint, read = split.fingerprint, method.reads(config)
    if read != config:  # the same images, in the size that the method needs
        source, split = load_parts(read)
    judged_on = {text: protocol.images(source, split) for text, protocol in protocols.items()}
    device = resolve_device(config.device)
    curve = Curve(split, device)
    unwatched = Task(split, read, device, work, (), stop, given)
    watching = [
        observer
        for text, protocol in protocols.items()
        for observer in protocol.watch(unwatched, judged_on[text])
    ]
    task = dataclasses.replace(unwatched, observers=(curve, *watching))
    curve.start()
    fitted = method.fit(task)
    seconds = curve.seconds()
    if fitted.generators and cell.trial is None:
        _keep(cell, out, fitted, task)
    scores = {
        text: protocol.judge(fitted, unwatched, judged_on[text])
        for text, protocol in protocols.items()
    }
    return dataclasses.replace(
        _header(cell),
        identity=cell.identity(fingerprint),
        title=method.title,
        asked=cell.protocols,
        scores={text: found for text, found in scores.items() if found is not None},
        seconds=seconds,
        images_seen=config.steps * config.critic_steps * config.batch_size,
        curve=curve.looks(),
        train_counts=tuple(split.train_counts),
        class_names=split.class_names,
        config=config.to_json(),
        device=str(device),
        calibrations=_calibrations(cell, out, fitted, task) if cell.calibrates else {},
    )


def _calibrations(cell: Cell, out: Path, fitted: Fitted, task: Task) -> dict[str, Calibration]:
    """Fit calibrations on the validation part, and keep the output on it."""
    held, images = task.split.validation, task.split.validation_indices
    if not len(held):
        return {}
    logits = class_logits(fitted.network, held, task.device)
    splits = np.full(len(held), cell.config.seed)
    OutOfFold(logits, held.labels, images, splits).write(
        BenchmarkFolder(out).out_of_fold(cell.place())
    )
    return fit_calibrations(logits, held.labels)


def _keep(cell: Cell, out: Path, fitted: Fitted, task: Task) -> None:
    """Save generators, samples, and real images for comparison."""
    folder, split, at = BenchmarkFolder(out), task.split, cell.place()
    keep_generators(folder.generators(at), fitted.generators)
    draw_sheet(folder.sheet(at), fitted.generators, split, task.config.seed, task.device)
    draw_real_sheet(folder.sheet(cell.place("real")), split)


def _header(cell: Cell) -> CellResult:
    return CellResult(
        cell.method,
        cell.dataset,
        cell.imbalance,
        cell.config.seed,
        cell.trial,
        dict(cell.values),
        cell.name,
    )
