"""A choice among methods: what is asked for, and what will be done."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass, field
from pathlib import Path

from geneticgan.benchmark.budget import Budget, Cost
from geneticgan.config import TrainConfig
from geneticgan.data.splits import Split
from geneticgan.methods.of_run import core_config
from geneticgan.protocols.judge import Judge

REFERENCE = "oscn"
"""Plain oversampling, which all are compared with."""

TIMING = 1 / 4
"""Share of the budget that the timing of the methods may take."""

SPARE = 0.15
"""Share of the time that is left at first for what cannot be foreseen."""

BESIDE_GAN = 4
"""Classifiers that a GAN's run trains to show what it brought."""


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Attributes
    ----------
    config : TrainConfig
        The images and the networks; what methods share.
    methods : tuple of str
        Specs, the reference among them.
    out : Path
        Folder of all that comes of it; one that holds the same request is gone on with.
    seconds : float
        What there is, the last training of the winner included.
    workers : int
        Trainings at once.
    judge : Judge
        What the methods are compared by.
    steps, seeds : int or None
        Settled by the caller, or chosen so that they fit.
    begun : float
        When the time began to run, by the clock `time.perf_counter`.
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
        """Seconds since then."""
        return time.perf_counter() - self.begun


@dataclass
class Plan:
    """What will be done; what changes on the way is noted here.

    Attributes
    ----------
    split : Split
        The images.
    budget : Budget
        Methods, steps, splits and the time that they take.
    cannot : dict of str to str
        Methods that are not compared, and why.
    costs : dict of str to Cost
        Of a training, by method.
    workers : int
        Trainings at once; 1 where processes would not be ready in time to be of use.
    timing : float
        Seconds that it took to find this out.
    around, ending : float
        Seconds around a training, and around the last one.
    spent : float
        Seconds that this choice had taken when it was interrupted.
    back : tuple of str or None
        Methods that were left out for lack of time, and are taken back since the budget is larger
        now; None where it is not.
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
        """Return by method the trainings of its run, if it wins."""
        return {method: last_trainings(config, method) for method in self.costs}


def last_trainings(config: TrainConfig, method: str) -> dict[str, int]:
    """Return how many trainings of which methods the run of a winner consists of."""
    own = {method: 1}
    if core_config(dataclasses.replace(config, method=method)) is not None:
        own[REFERENCE] = BESIDE_GAN
    return own


def last_cost(config: TrainConfig, costs: dict[str, Cost], method: str, around: float) -> Cost:
    """Return what the run of a winner takes, ``around`` its trainings included."""
    last = Cost(around, 0.0)
    for each, count in last_trainings(config, method).items():
        last = Cost(last.fixed + count * costs[each].fixed, last.step + count * costs[each].step)
    return last
