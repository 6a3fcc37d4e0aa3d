"""A choice among methods: the request and the plan."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass, field
from pathlib import Path

from geneticgan.benchmark.budget import Budget, Cost
from geneticgan.benchmark.known import Known
from geneticgan.config import TrainConfig
from geneticgan.data.splits import Split
from geneticgan.methods.of_run import core_config
from geneticgan.protocols.judge import Judge

REFERENCE = "oscn"
"""Plain oversampling, with which all methods are compared."""

FALLBACK = Known("deep-ensemble", (2.46, 0.69, 0.22, 3.08, 0.56))
"""The method to use where nothing is ahead by more than chance, with its lead on the tiles,
Fashion-MNIST, MNIST, CIFAR-10 and digits (``docs/how-good.md``, five seeds each)."""

TIMING = 1 / 4
"""The share of the budget that timing the methods may take."""

SPARE = 0.15
"""The share of the remaining time that is reserved at first for unforeseen delays."""

BESIDE_GAN = 4
"""The number of classifiers that a GAN's run trains for comparison."""


@dataclass(frozen=True)
class Request:
    """A request for a choice among methods.

    Attributes
    ----------
    config : TrainConfig
        The options that the methods share, with the images and the networks.
    methods : tuple of str
        The specs of the methods, including the reference.
    out : Path
        The folder for all results; one that holds the same request is continued.
    seconds : float
        The time budget, including the last training of the winner.
    workers : int
        The number of trainings that run at once.
    judge : Judge
        The judge that compares the methods.
    steps, seeds : int or None
        Set by the caller; None for as many as fit.
    begun : float
        When the time started, by the clock `time.perf_counter`.
    """

    config: TrainConfig
    methods: tuple[str, ...]
    out: Path
    seconds: float
    workers: int
    judge: Judge
    steps: int | None = None
    seeds: int | None = None
    begun: float = field(default_factory=time.perf_counter)

    @property
    def spent(self) -> float:
        """The seconds since the time started."""
        return time.perf_counter() - self.begun


@dataclass
class Plan:
    """The plan of a choice, which is updated along the way.

    Attributes
    ----------
    split : Split
        The images.
    budget : Budget
        The methods, steps and splits, and the time that they take.
    cannot : dict of str to str
        The methods that are not compared, with the reasons.
    costs : dict of str to Cost
        The cost of a training, by method.
    workers : int
        The number of trainings that run at once; 1 if processes would start too slowly to help.
    timing : float
        The seconds that making this plan took.
    around, ending : float
        The overhead in seconds of a training, and of the last one.
    spent : float
        The seconds that this choice had taken when it was interrupted.
    back : tuple of str or None
        The methods that were left out for lack of time and are included again because the budget
        is larger now; None if it is not.
    """

    split: Split
    budget: Budget
    cannot: dict[str, str]
    costs: dict[str, Cost]
    workers: int
    timing: float
    around: float
    ending: float
    spent: float = 0.0
    back: tuple[str, ...] | None = None

    def lasts(self, config: TrainConfig) -> dict[str, dict[str, int]]:
        """Return, for each method, the trainings of its run if it wins."""
        return {method: last_trainings(config, method) for method in self.costs}


def last_trainings(config: TrainConfig, method: str) -> dict[str, int]:
    """Return the number of trainings of each method in the run of a winner."""
    own = {method: 1}
    if core_config(dataclasses.replace(config, method=method)) is not None:
        own[REFERENCE] = BESIDE_GAN
    return own


def last_cost(config: TrainConfig, costs: dict[str, Cost], method: str, around: float) -> Cost:
    """Return the cost of a winner's run, including ``around``, the overhead of its trainings."""
    last = Cost(around, 0.0)
    for each, count in last_trainings(config, method).items():
        last = Cost(last.fixed + count * costs[each].fixed, last.step + count * costs[each].step)
    return last
