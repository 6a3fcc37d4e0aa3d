"""One cell of a benchmark: a method on a data set, in a setting, with a seed."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from geneticgan.benchmark.curves import Curve
from geneticgan.benchmark.keeping import draw_real_sheet, draw_sheet, keep_generators
from geneticgan.config import TrainConfig
from geneticgan.data.dataset import Images, Source
from geneticgan.data.splits import Split, unused
from geneticgan.errors import GeneticGanError
from geneticgan.evaluation.calibration import calibrate
from geneticgan.evaluation.generation import generate
from geneticgan.evaluation.metrics import Scores, score
from geneticgan.evaluation.prediction import predict
from geneticgan.methods.augmented import Augmented, generate_missing
from geneticgan.methods.catalogue import METHODS, create_method
from geneticgan.methods.contract import Fitted, Task
from geneticgan.methods.oscn import OsCN
from geneticgan.registry import options_of, parse_specs
from geneticgan.training.device import resolve_device
from geneticgan.training.hooks import Observer
from geneticgan.training.run_folder import write_json
from geneticgan.training.setup import load_parts

PROTOCOLS = ("head", "head-calibrated", "augment", "calibrate", "paper-peek")
"""What judges: the method's own class head after the last step; the same with an offset for each
class, fitted on the validation part; a fresh classifier on real and generated images; Os+CN with
offsets fitted on generated images; the best of many looks at the test part, as the authors' code
does."""

VALIDATION = "validation"
"""The protocol of tuning: the class head on the validation part."""

DEVELOPMENT = "development"
"""The protocol of studies: the class head on training images that no method has seen, as many of
each class as there are up to `DEVELOPMENT_IMAGES`. Of a small class the validation part holds a
few images, too few to tell one variant from another; the test part is not for choosing."""

DEVELOPMENT_IMAGES = 500

CALIBRATING = 500
"""Generated images of each class that offsets are fitted on."""

Values = tuple[tuple[str, float | str], ...]


@dataclass(frozen=True)
class Cell:
    """What is to be done.

    Attributes
    ----------
    method : str
        A spec such as ``cb-loss:kind=focal``.
    config : TrainConfig
        Data set, setting, seed and budget.
    values : tuple of (str, value)
        Tuned options of the method and values of the config.
    protocols : tuple of str
        Of `PROTOCOLS`, or `VALIDATION` or `DEVELOPMENT` alone.
    trial : int or None
        Number of the tuning trial.
    name : str
        What it is filed under; the method's spec unless another is given.
    """

    method: str
    config: TrainConfig
    values: Values = ()
    protocols: tuple[str, ...] = ("head",)
    trial: int | None = None
    name: str = ""

    @property
    def setting(self) -> str:
        """The setting in one word, with its ratio."""
        config = self.config
        return f"{config.setting}-{config.ratio:g}" if config.ratio else config.setting

    @property
    def dataset(self) -> str:
        """The data set's name, without options."""
        return self.config.dataset.partition(":")[0]

    def path(self, out: Path) -> Path:
        """Return the file of the result."""
        return out / "cells" / self.place().with_suffix(".json")

    def place(self, of: str = "") -> Path:
        """Return where what this cell makes lies in any folder, or what another method makes."""
        trial = "" if self.trial is None else f"trial-{self.trial}-"
        file = f"{trial}seed-{self.config.seed}"
        folder = folder_name(of or self.name or self.method)
        return Path(self.dataset, self.setting, folder, file)

    def __str__(self) -> str:
        trial = "" if self.trial is None else f", trial {self.trial}"
        name = self.name or self.method
        return f"{self.dataset}, {self.setting}, {name}, seed {self.config.seed}{trial}"


def folder_name(method: str) -> str:
    """Return a method's spec in signs that every file system takes."""
    return "".join(c if c.isalnum() or c in "-_.=" else "-" for c in method)


class Peek(Observer):
    """Keeps the best of many looks at the test part: only for comparison with the paper."""

    def __init__(self, split: Split, device: torch.device) -> None:
        self._split = split
        self._device = device
        self.best: Scores | None = None

    def on_network(self, step: int, network: torch.nn.Module) -> None:
        """Look."""
        found = _score(network, self._split, self._device)
        if self.best is None or found.acsa > self.best.acsa:
            self.best = found


def run_cell(cell: Cell, out: Path) -> dict[str, Any]:
    """Do what a cell asks for and write its result, be it an error; returns the result.

    One thread computes, so that the result does not depend on how many cells run at once.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    work = out / "work" / cell.place()
    shutil.rmtree(work, ignore_errors=True)
    try:
        result = _run(cell, out, work)
    except GeneticGanError as error:
        result = _header(cell) | {"error": str(error)}
    except Exception as error:  # the grid goes on, and what is wrong here is on record
        cause = f"{type(error).__name__}: {error}"
        result = _header(cell) | {"error": cause, "traceback": traceback.format_exc()}
    finally:
        torch.set_num_threads(threads)
        shutil.rmtree(work, ignore_errors=True)
        with contextlib.suppress(OSError):  # not empty: other cells are at work beside it
            os.removedirs(work.parent)
    return _record(cell, out, result)


def record_failure(cell: Cell, out: Path, cause: str) -> dict[str, Any]:
    """Write that a cell failed, as `run_cell` does; returns the result."""
    return _record(cell, out, _header(cell) | {"error": cause})


def _record(cell: Cell, out: Path, result: dict[str, Any]) -> dict[str, Any]:
    path = cell.path(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, result)
    return result


def _run(cell: Cell, out: Path, work: Path) -> dict[str, Any]:
    (spec,) = parse_specs(cell.method)
    own = options_of(METHODS.get(spec.name).factory)
    values = dict(cell.values)
    method = create_method(spec, **{k: v for k, v in values.items() if k in own})
    tuned: dict[str, Any] = {k: v for k, v in values.items() if k not in own}
    config = dataclasses.replace(cell.config, **tuned)
    source, split = load_parts(config)
    if DEVELOPMENT in cell.protocols:
        split = dataclasses.replace(split, test=development_part(source, split))
    device = resolve_device(config.device)
    peek, curve = Peek(split, device), Curve(split, device)
    observers: list[Observer] = [curve]
    if "paper-peek" in cell.protocols:
        observers.append(peek)
    task = Task(split, config, device, work, observers)
    curve.start()
    fitted = method.fit(task)
    seconds = curve.seconds()
    if fitted.generators and cell.trial is None:
        _keep(cell, out, fitted, task)
    judged = {}
    for protocol in cell.protocols:
        found = _judge(protocol, fitted, task, peek)
        if found is not None:
            judged[protocol] = _to_json(found)
    return _header(cell) | {
        "title": method.title,
        "asked": list(cell.protocols),
        "scores": judged,
        "seconds": seconds,
        "images_seen": config.steps * config.critic_steps * config.batch_size,
        "curve": curve.points(),
        "train_counts": split.train_counts,
        "class_names": split.class_names,
        "config": config.to_json(),
        "device": str(device),
    }


def development_part(source: Source, split: Split) -> Images:
    """Return the images of the protocol `DEVELOPMENT`.

    Raises
    ------
    DataError
        If a class has none left.
    """
    return unused(source, split, DEVELOPMENT_IMAGES)


def _keep(cell: Cell, out: Path, fitted: Fitted, task: Task) -> None:
    """Save generators, samples, and the real images to see beside them."""
    split, seed = task.split, task.config.seed
    place = cell.place()
    keep_generators(out / "generators" / place, fitted.generators)
    sheet, real = (out / "samples" / f"{p}.png" for p in (place, cell.place("real")))
    draw_sheet(sheet, fitted.generators, split, seed, task.device)
    draw_real_sheet(real, split)


def _judge(protocol: str, fitted: Fitted, task: Task, peek: Peek) -> Scores | None:
    """Score by a protocol; None where the method has nothing to judge by it."""
    split, device = task.split, task.device
    if protocol == "paper-peek":
        return peek.best
    if protocol == VALIDATION:
        predicted = predict(fitted.network, split.validation, device)
        return score(split.validation.labels, predicted, split.classes, split.smallest_class)
    if protocol == "head-calibrated":
        if not len(split.validation):
            return None
        return _score(calibrate(fitted.network, split.validation, device), split, device)
    if protocol in ("augment", "calibrate"):
        if not fitted.generators:
            return None
        unseen = dataclasses.replace(task, observers=())
        use = _augment if protocol == "augment" else _calibrate
        return _score(use(fitted, unseen), split, device)
    return _score(fitted.network, split, device)


def _augment(fitted: Fitted, task: Task) -> torch.nn.Module:
    """Return a fresh classifier on real and generated images."""
    generated = generate_missing(fitted.generators, task.split, task.config.seed, task.device)
    return Augmented(generated).fit(task).network


def _calibrate(fitted: Fitted, task: Task) -> torch.nn.Module:
    """Return Os+CN with offsets fitted on generated images."""
    labels = torch.arange(task.split.classes).repeat_interleave(CALIBRATING)
    images = generate(fitted.generators, labels, task.config.seed, task.device)
    network = OsCN().fit(task).network
    return calibrate(network, Images(images.numpy(), labels.numpy()), task.device)


def _score(network: torch.nn.Module, split: Split, device: torch.device) -> Scores:
    predicted = predict(network, split.test, device)
    return score(split.test.labels, predicted, split.classes, split.smallest_class)


def _to_json(scores: Scores) -> dict[str, Any]:
    right = sum(row[i] for i, row in enumerate(scores.confusion))
    return {"accuracy": right / sum(map(sum, scores.confusion)), **scores.to_json()}


def _header(cell: Cell) -> dict[str, Any]:
    return {
        "method": cell.method,
        "dataset": cell.dataset,
        "setting": cell.setting,
        "seed": cell.config.seed,
        "trial": cell.trial,
        "values": dict(cell.values),
    }
