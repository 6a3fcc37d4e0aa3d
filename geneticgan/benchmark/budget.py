"""Fits steps, seeds and methods into a time budget."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from geneticgan.errors import ConfigError

STEPS = (3000, 2000, 1500, 1000, 700, 500, 300, 150, 75)
"""Training lengths that are tried, longest first."""

FEWEST_STEPS = 300
"""A method is left out rather than trained for fewer steps, unless only the reference is left."""

ENOUGH_STEPS = 500
"""Steps from which five seeds are worth more than a longer training with three."""

SEEDS = (5, 3)
"""Numbers of splits that are tried; fewer than three say little about chance."""

ALONE = 1
"""Number of splits of a reference with which nothing can be compared: one calibrates it."""

UNITS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Cost:
    """The duration of a method's training.

    Attributes
    ----------
    fixed : float
        Seconds that do not depend on the number of steps, >= 0.
    step : float
        Seconds per step, >= 0.
    """

    fixed: float
    step: float

    def of(self, steps: int) -> float:
        """Return the seconds of a training."""
        return self.fixed + steps * self.step

    def plus(self, seconds: float, times: float = 1.0) -> Cost:
        """Return ``times`` this cost plus fixed seconds."""
        return Cost(times * self.fixed + seconds, times * self.step)


@dataclass(frozen=True)
class Budget:
    """A comparison that fits a time budget.

    Attributes
    ----------
    methods : tuple of str
        The methods that are compared, in the order given.
    left_out : tuple of str
        The methods that take too long.
    steps, seeds : int
        Number of steps of each training, and number of splits.
    seconds : float
        Estimated total time, including the last training of the winner.
    """

    methods: tuple[str, ...]
    left_out: tuple[str, ...]
    steps: int
    seeds: int
    seconds: float


def fit_budget(
    costs: Mapping[str, Cost],
    lasts: Mapping[str, Cost],
    seconds: float,
    workers: int,
    reference: str,
    steps: Sequence[int] = STEPS,
    seeds: Sequence[int] = SEEDS,
) -> Budget:
    """Return the best comparison that fits a time budget.

    If three seeds of `FEWEST_STEPS` steps do not fit, methods are left out, the most expensive
    first, but never the reference. If not even one other method fits, trainings become shorter.
    If no comparison fits, the reference alone is trained, on one split unless their number is
    fixed; if not even that fits, it is returned with the time that it takes.

    Parameters
    ----------
    costs, lasts : mapping of str to Cost
        Cost of a training by method, and of the last training if the method wins, including
        evaluation and writing; in the order given by the user.
    seconds : float
        The available time, > 0.
    workers : int
        Number of trainings at once, >= 1.
    reference : str
        The method that all are compared with; one of ``costs``.
    steps, seeds : sequence of int
        The permitted values, largest first; a single value is fixed.
    """
    methods = list(costs)
    usual = [length for length in steps if length >= FEWEST_STEPS] or steps
    while True:
        few = len(methods) <= 2
        compared = len(methods) > 1 or len(costs) == 1  # or nobody asked for a comparison
        for length, number in _order(steps if few else usual, seeds) if compared else ():
            taken = _seconds(costs, lasts, methods, length, number, workers)
            if taken <= seconds:
                return _budget(costs, methods, length, number, taken)
        left = [method for method in methods if method != reference]
        if not left:
            number = ALONE if len(seeds) > 1 else min(seeds)
            for length in steps:
                taken = _seconds(costs, lasts, methods, length, number, workers)
                if taken <= seconds or length == min(steps):
                    return _budget(costs, methods, length, number, taken)
        methods.remove(max(left, key=lambda method: costs[method].of(min(usual))))


def seconds_of(trainings: Sequence[float], last: float, workers: int) -> float:
    """Return the time of trainings shared by a number of workers, followed by the last one."""
    # A training cannot be divided, and the longest one may be the last to start.
    return max(sum(trainings) / workers, max(trainings, default=0.0)) + last


def parse_seconds(text: str) -> float:
    """Return the seconds in a time such as ``90s``, ``30m`` or ``2h``; `ConfigError` if invalid."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", text.strip())
    if found is None or float(found[1]) == 0:
        raise ConfigError(f"a budget is a time such as 90s, 30m or 2h, got {text!r}")
    return float(found[1]) * UNITS[found[2]]


def _order(steps: Sequence[int], seeds: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield steps and seeds, the best first.

    More seeds are worth more than longer training once it has `ENOUGH_STEPS`, and less before.
    """
    for number in seeds:
        for length in steps:
            if length >= ENOUGH_STEPS:
                yield length, number
    for length in steps:
        for number in seeds:
            if length < ENOUGH_STEPS:
                yield length, number


def _seconds(
    costs: Mapping[str, Cost],
    lasts: Mapping[str, Cost],
    methods: Sequence[str],
    steps: int,
    seeds: int,
    workers: int,
) -> float:
    each = [costs[method].of(steps) for method in methods]
    return seconds_of(seeds * each, max(lasts[method].of(steps) for method in methods), workers)


def _budget(
    costs: Mapping[str, Cost], methods: Sequence[str], steps: int, seeds: int, seconds: float
) -> Budget:
    left_out = tuple(method for method in costs if method not in methods)
    return Budget(tuple(methods), left_out, steps, seeds, seconds)
