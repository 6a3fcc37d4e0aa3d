"""How long trainings take: by short ones at first, and then by those that have ended."""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Mapping

from geneticgan.benchmark.budget import Cost

RECENT = 4
"""Trainings by which the machine is known: others may begin to work on it, or end."""


class Pace:
    """What a training of each method takes, as far as is known.

    Parameters
    ----------
    costs : mapping of str to Cost
        Of a training by method, as short ones tell, without what is around it.
    lasts : mapping of str to mapping of str to int
        By method the trainings that its last one consists of, should it win.
    steps : int
        Of each training.
    around : float
        Seconds around a training: its images are read, its network is judged.
    ending : float
        Seconds around the last one: it is judged, calibrated and written.
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
        """Learn from a training: its own seconds, and those from its beginning to its result."""
        self._known.setdefault(method, []).append(training)
        self._around.append(max(0.0, whole - training))
        if self._timed[method] > 0:
            self._ratios.append(training / self._timed[method])

    def of(self, method: str) -> float:
        """Return the seconds of a training, with what is around it."""
        # A worker's first training is after its start, which those that follow need not wait for.
        return self._training(method) + min(self._around)

    def last(self, method: str) -> float:
        """Return the seconds of the last training, if this method wins."""
        parts = self._lasts[method].items()
        trainings = sum(count * self._training(each) for each, count in parts)
        return trainings + min(self._around) + self._ratio * self._ending

    @property
    def _ratio(self) -> float:
        """How much longer trainings take than they were timed to."""
        return max(1.0, statistics.fmean(self._ratios)) if self._ratios else 1.0

    def _training(self, method: str) -> float:
        if method in self._known:
            return statistics.fmean(self._known[method])
        return self._ratio * self._timed[method]
