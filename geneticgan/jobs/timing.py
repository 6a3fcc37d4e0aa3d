"""What the training of a method costs here, found out by short ones."""

from __future__ import annotations

import dataclasses
import math
import tempfile
import time
from collections.abc import Sequence
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
from geneticgan.training.interrupt import StopRequest

TIMED_STEPS = (10, 40)
"""Two trainings of so many steps tell what a step costs, and what does not depend on steps."""


class TooLong(Exception):  # noqa: N818  # it is no error: the method is left out
    """A training takes longer than it may."""


class Patience(StopRequest):
    """A stop request that a training meets by itself once its time is over.

    Parameters
    ----------
    seconds : float
        How long it may take from now on.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._end = time.perf_counter() + seconds

    @property
    def requested(self) -> bool:
        """Whether a stop was asked for, or the time is over."""
        return super().requested or time.perf_counter() > self._end

    def check(self) -> None:
        """Raise `Interrupted` if a stop was asked for, `TooLong` if the time is over."""
        super().check()
        if self.requested:
            raise TooLong


def time_methods(
    config: TrainConfig,
    methods: Sequence[str],
    reference: str,
    split: Split,
    observers: Sequence[Observer],
    patience: float,
) -> tuple[dict[str, Cost], dict[str, str]]:
    """Return what each method costs, and which ones cannot be trained here, and why.

    One whose short trainings take more seconds than ``patience`` costs endlessly much, but for the
    reference.

    Raises
    ------
    GeneticGanError
        If the reference cannot be trained.
    """
    costs, cannot = {}, {}
    device = resolve_device(config.device)
    for observer in observers:
        observer.on_phase("Timing the methods", len(methods))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as the trainings have
    try:
        for number, method in enumerate(methods, 1):
            try:
                stop = Patience(math.inf if method == reference else patience)
                first, second = (
                    _seconds(config, method, steps, split, device, stop) for steps in TIMED_STEPS
                )
            except TooLong:
                costs[method] = Cost(math.inf, 0.0)
                continue
            except GeneticGanError as error:
                if method == reference:
                    raise
                cannot[method] = str(error)
                continue
            step = max(0.0, second - first) / (TIMED_STEPS[1] - TIMED_STEPS[0])
            costs[method] = Cost(max(0.0, first - TIMED_STEPS[0] * step), step)
            for observer in observers:
                observer.on_progress(number)
    finally:
        torch.set_num_threads(threads)
    return costs, cannot


def _seconds(
    config: TrainConfig,
    method: str,
    steps: int,
    split: Split,
    device: torch.device,
    stop: StopRequest,
) -> float:
    own = method_of(dataclasses.replace(config, steps=steps, method=method))
    with tempfile.TemporaryDirectory(prefix="geneticgan-") as folder:
        task = Task(split, own.config, device, Path(folder) / "run", (), stop, own.given)
        begun = time.perf_counter()
        own.method.fit(task)
        return time.perf_counter() - begun
