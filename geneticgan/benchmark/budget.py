"""As many steps, seeds and methods as fit a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from geneticgan.errors import ConfigError

STEPS = (3000, 2000, 1500, 1000, 700, 500, 300, 150, 75)
"""What is tried, the longest training first."""

FEWEST_STEPS = 300
"""A method is rather left out than trained for fewer, as long as the reference is not alone."""

ENOUGH_STEPS = 500
"""With which five seeds are worth more than a longer training with three."""

SEEDS = (5, 3)
"""How many splits; with fewer than three little can be said of chance."""

UNITS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Cost:
    """What a method's training takes.

    Attributes
    ----------
    fixed : float
        Seconds whatever the number of steps, >= 0.
    step : float
        Seconds for each step, >= 0.
    """

    fixed: float
    step: float

    def of(self, steps: int) -> float:
        """Return the seconds of a training."""
        return self.fixed + steps * self.step

    def plus(self, seconds: float, times: float = 1.0) -> Cost:
        """Return what this takes ``times`` over, and fixed seconds more."""
        return Cost(times * self.fixed + seconds, times * self.step)


@dataclass(frozen=True)
class Budget:
    """What fits.

    Attributes
    ----------
    methods : tuple of str
        Those that are compared, in the order in which they were asked for.
    left_out : tuple of str
        Those that take too long.
    steps, seeds : int
        Of each training, and how many splits.
    seconds : float
        What all of it is estimated to take, the last training of the winner included.
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
    """Return the best comparison that fits a time.

    A method is left out, the dearest first, where three seeds of a training worth the name do not
    fit; the reference never is. Where not even one method fits beside it, trainings become
    shorter. Where nothing fits, the smallest comparison is returned, with what it takes.

    Parameters
    ----------
    costs, lasts : mapping of str to Cost
        Of a training, and of the last one if the method wins, judged and written; by method, in
        the order in which they were asked for.
    seconds : float
        What there is, > 0.
    workers : int
        Trainings at once, >= 1.
    reference : str
        The method that all are compared with; one of ``costs``.
    steps, seeds : sequence of int
        What may be chosen, the most first; one value alone is settled.
    """
    methods = list(costs)
    usual = [length for length in steps if length >= FEWEST_STEPS] or steps
    while True:
        alone = len(methods) <= 2
        for length, number in _order(steps if alone else usual, seeds):
            taken = _seconds(costs, lasts, methods, length, number, workers)
            if taken <= seconds:
                return _budget(costs, methods, length, number, taken)
        left = [method for method in methods if method != reference]
        if not left:
            number, length = min(seeds), min(steps)
            taken = _seconds(costs, lasts, methods, length, number, workers)
            return _budget(costs, methods, length, number, taken)
        methods.remove(max(left, key=lambda method: costs[method].of(min(usual))))


def seconds_of(trainings: Sequence[float], last: float, workers: int) -> float:
    """Return how long trainings take that so many workers share, and then the last one."""
    # Trainings are whole: the longest one may be the last to begin.
    return max(sum(trainings) / workers, max(trainings, default=0.0)) + last


def parse_seconds(text: str) -> float:
    """Return the seconds of a time such as ``90s``, ``30m`` or ``2h``; `ConfigError` if none."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", text.strip())
    if found is None or float(found[1]) == 0:
        raise ConfigError(f"a budget is a time such as 90s, 30m or 2h, got {text!r}")
    return float(found[1]) * UNITS[found[2]]


def _order(steps: Sequence[int], seeds: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield steps and seeds, the best first.

    Many seeds are worth more than a long training, and less than one worth the name.
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
