"""What the training of a method costs here, found out by short ones."""

from __future__ import annotations

import dataclasses
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

TIMED_STEPS = (10, 40)
"""Two trainings of so many steps tell what a step costs, and what does not depend on steps."""


def time_methods(
    config: TrainConfig,
    methods: Sequence[str],
    reference: str,
    split: Split,
    observers: Sequence[Observer],
) -> tuple[dict[str, Cost], dict[str, str]]:
    """Return what each method costs, and which ones cannot be trained here, and why.

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
                first, second = (
                    _seconds(config, method, steps, split, device) for steps in TIMED_STEPS
                )
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
    config: TrainConfig, method: str, steps: int, split: Split, device: torch.device
) -> float:
    own = method_of(dataclasses.replace(config, steps=steps, method=method))
    with tempfile.TemporaryDirectory(prefix="geneticgan-") as folder:
        task = Task(split, own.config, device, Path(folder) / "run", given=own.given)
        begun = time.perf_counter()
        own.method.fit(task)
        return time.perf_counter() - begun
