"""Estimates how long trainings take, at first from short ones and later from finished ones."""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Mapping

from geneticgan.benchmark.budget import Cost

RECENT = 4
"""Number of latest trainings used to estimate the machine's speed, since its load may change."""


class Pace:
    """Estimates how long a training of each method takes.

    Parameters
    ----------
    costs : mapping of str to Cost
        Cost of a training by method, measured on short ones, without overhead.
    lasts : mapping of str to mapping of str to int
        For each method, the trainings that make up the last one if this method wins.
    steps : int
        Number of steps of each training.
    around : float
        Overhead of a training in seconds, for reading images and evaluating the network.
    ending : float
        Overhead of the last one in seconds, for evaluating, calibrating and writing it.
    """

    def __init__(
        self,
        costs: Mapping[str, Cost],
        lasts: Mapping[str, Mapping[str, int]],
        steps: int,
        around: float,
        ending: float,
    ) -> None:
        self._timed = {method: cost.of(steps) for method, cost in costs.items()}
        self._lasts = lasts
        self._ending = ending
        self._known: dict[str, list[float]] = {}
        self._ratios: deque[float] = deque(maxlen=RECENT)
        self._around: deque[float] = deque([around], maxlen=RECENT)

    def ended(self, method: str, training: float, whole: float) -> None:
        """Learn from a training's own seconds and those from its start to its result."""
        self._known.setdefault(method, []).append(training)
        self._around.append(max(0.0, whole - training))
        if self._timed[method] > 0:
            self._ratios.append(training / self._timed[method])

    def of(self, method: str) -> float:
        """Return the seconds of a training, including its overhead."""
        # Only a worker's first training includes the worker's start, so the least overhead counts.
        return self._training(method) + min(self._around)

    def last(self, method: str) -> float:
        """Return the seconds of the last training, if this method wins."""
        parts = self._lasts[method].items()
        trainings = sum(count * self._training(each) for each, count in parts)
        return trainings + min(self._around) + self._ratio * self._ending

    @property
    def _ratio(self) -> float:
        """By what factor trainings take longer than the short ones predicted."""
        return max(1.0, statistics.fmean(self._ratios)) if self._ratios else 1.0

    def _training(self, method: str) -> float:
        if method in self._known:
            return statistics.fmean(self._known[method])
        return self._ratio * self._timed[method]
