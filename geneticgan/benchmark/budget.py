"""As many steps, seeds and methods as fit a time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geneticgan.errors import ConfigError

STEPS = (3000, 2000, 1500, 1000, 700, 500, 300)
"""What is tried, the longest training first."""

ENOUGH_STEPS = 500
"""With which five seeds are worth more than a longer training with three."""

SEEDS = (5, 3)
"""How many splits; with fewer than three nothing can be said of chance."""

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
    seconds: float,
    workers: int,
    reference: str,
    steps: Sequence[int] = STEPS,
    seeds: Sequence[int] = SEEDS,
) -> Budget:
    """Return the best comparison that fits a time.

    A method is left out, the dearest first, only where three seeds of the shortest training do not
    fit; the reference never is. Where nothing fits, the smallest comparison is returned, with what
    it takes.

    Parameters
    ----------
    costs : mapping of str to Cost
        By method, in the order in which they were asked for.
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
    few, many = [s for s in steps if s < ENOUGH_STEPS], [s for s in steps if s >= ENOUGH_STEPS]
    order = [(n, s) for part in (many, few) for n in seeds for s in part]
    while True:
        for number, length in order:
            taken = _seconds({m: costs[m] for m in methods}, length, number, workers)
            if taken <= seconds:
                return _budget(costs, methods, length, number, taken)
        left = [method for method in methods if method != reference]
        if not left:
            number, length = min(seeds), min(steps)
            taken = _seconds({m: costs[m] for m in methods}, length, number, workers)
            return _budget(costs, methods, length, number, taken)
        methods.remove(max(left, key=lambda method: costs[method].of(min(steps))))


def parse_seconds(text: str) -> float:
    """Return the seconds of a time such as ``90s``, ``30m`` or ``2h``; `ConfigError` if none."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", text.strip())
    if found is None or float(found[1]) == 0:
        raise ConfigError(f"a budget is a time such as 90s, 30m or 2h, got {text!r}")
    return float(found[1]) * UNITS[found[2]]


def _seconds(costs: Mapping[str, Cost], steps: int, seeds: int, workers: int) -> float:
    each = [cost.of(steps) for cost in costs.values()]
    # Trainings are whole: the longest one may be the last to begin.
    return max(seeds * sum(each) / workers, max(each)) + max(each)


def _budget(
    costs: Mapping[str, Cost], methods: Sequence[str], steps: int, seeds: int, seconds: float
) -> Budget:
    left_out = tuple(method for method in costs if method not in methods)
    return Budget(tuple(methods), left_out, steps, seeds, seconds)
