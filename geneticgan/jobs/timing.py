"""Measures the cost of training each method on this machine by short trainings."""

from __future__ import annotations

import dataclasses
import math
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from geneticgan.benchmark.budget import Cost
from geneticgan.config import TrainConfig
from geneticgan.data.splits import Split
from geneticgan.errors import GeneticGanError
from geneticgan.methods.contract import Task
from geneticgan.methods.of_run import method_of
from geneticgan.training.device import resolve_device
from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import TimeLimit, TooLong
from geneticgan.training.setup import load_split

TIMED_STEPS = (4, 20)
"""The steps of two trainings that give the cost per step and the fixed cost."""


@dataclass(frozen=True)
class Timing:
    """The measured costs.

    Attributes
    ----------
    costs : dict of str to Cost
        The cost of a training, by method; infinite for one that took too long to be timed.
    cannot : dict of str to str
        The methods that cannot be trained here, with the reasons.
    shared : float
        The factor by which everything takes longer than on an idle machine, >= 1.
    """

    costs: dict[str, Cost]
    cannot: dict[str, str]
    shared: float


@dataclass(frozen=True)
class _Taken:
    """The seconds of a short training: wall-clock time, and CPU time of this process."""

    clock: float
    work: float


def time_methods(
    config: TrainConfig,
    methods: Sequence[str],
    reference: str,
    split: Split,
    observers: Sequence[Observer],
    seconds: float,
) -> Timing:
    """Measure the cost of each method, and find those that cannot be trained here.

    What methods need from all images, such as features, is computed first and cached. A method
    that exceeds 1.5 times its share of the ``seconds``, except the reference, has infinite cost.

    Raises
    ------
    GeneticGanError
        If the reference cannot be trained.
    """
    taken: dict[str, tuple[_Taken, _Taken] | None] = {}
    cannot = {}
    device = resolve_device(config.device)
    # The first training of a process loads what all have in common.
    _timed(config, reference, split, device, TimeLimit(math.inf), (1, 1))
    end = time.perf_counter() + seconds
    for observer in observers:
        observer.on_phase("Timing the methods", len(methods))
    for number, method in enumerate(methods):
        left = end - time.perf_counter()
        share = min(left, 1.5 * left / (len(methods) - number))
        stop = TimeLimit(math.inf if method == reference else share)
        try:
            taken[method] = _timed(config, method, split, device, stop)
        except TooLong:
            taken[method] = None
        except GeneticGanError as error:
            if method == reference:
                raise
            cannot[method] = str(error)
        for observer in observers:
            observer.on_progress(number + 1)
    known = [each for pair in taken.values() if pair for each in pair]
    # CPU time compares steps whatever else the machine does; wall-clock time shows the slowdown
    # by other work.
    shared = max(1.0, sum(t.clock for t in known) / max(1e-9, sum(t.work for t in known)))
    costs = {method: _cost(pair, shared) for method, pair in taken.items()}
    return Timing(costs, cannot, shared)


class _Watch(Observer):
    """Stops even the reading of images once the time for a method is over."""

    def __init__(self, stop: TimeLimit) -> None:
        self._stop = stop

    def on_progress(self, step: int) -> None:
        self._stop.check()


def _cost(pair: tuple[_Taken, _Taken] | None, shared: float) -> Cost:
    if pair is None:
        return Cost(math.inf, 0.0)
    first, second = (shared * each.work for each in pair)
    step = max(0.0, second - first) / (TIMED_STEPS[1] - TIMED_STEPS[0])
    return Cost(max(0.0, first - TIMED_STEPS[0] * step), step)


def _timed(
    config: TrainConfig,
    method: str,
    split: Split,
    device: torch.device,
    stop: TimeLimit,
    numbers: tuple[int, int] = TIMED_STEPS,
) -> tuple[_Taken, _Taken]:
    """Train for both numbers of steps; raises `TooLong` if the time for it is over."""
    own = method_of(dataclasses.replace(config, method=method))
    read = own.method.reads(own.config)
    seen = split if read == own.config else load_split(read, [_Watch(stop)])
    task = Task(seen, read, device, Path(), (), stop, own.given)
    own.method.prepare(task)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as in the trainings
    try:
        first, second = (_seconds(config, method, steps, task) for steps in numbers)
    finally:
        torch.set_num_threads(threads)
    return first, second


def _seconds(config: TrainConfig, method: str, steps: int, task: Task) -> _Taken:
    own = method_of(dataclasses.replace(config, steps=steps, method=method))
    own_config = dataclasses.replace(task.config, steps=own.config.steps)
    with tempfile.TemporaryDirectory(prefix="geneticgan-") as folder:
        short = dataclasses.replace(task, config=own_config, folder=Path(folder) / "run")
        clock, work = time.perf_counter(), time.process_time()
        own.method.fit(short)
        clock, work = time.perf_counter() - clock, time.process_time() - work
    # With a GPU, this process may be idle while it waits.
    return _Taken(clock, work if task.device.type == "cpu" else clock)
