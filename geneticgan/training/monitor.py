"""Computes the status of a run from its generations."""

from __future__ import annotations

import time
from collections import deque
from typing import Any

from geneticgan.annealing.algorithm import Generation
from geneticgan.training.hooks import Status

RECENT = 100
"""The number of generations over which rates are averaged."""


class Monitor:
    """Keeps the status of a run.

    Parameters
    ----------
    steps : int
        The number of generations in the whole run.
    batch_size : int
        The number of real images per generation.
    """

    def __init__(self, steps: int, batch_size: int) -> None:
        self.status = Status(steps=steps)
        self._batch_size = batch_size
        # Step and time of generations at which the clock was right: a device reports its progress
        # in batches of generations.
        self._clock: deque[tuple[int, float]] = deque()
        self._acceptances: deque[float] = deque(maxlen=RECENT)
        self._began = self._now = 0.0
        self._seconds_before = 0.0

    def start_clock(self) -> None:
        """Start timing the first generation."""
        self._began = self._now = time.perf_counter()
        self._clock.append((self.status.step, self._began))

    def seconds(self) -> float:
        """Return the training time of the run so far in seconds, including that before resuming."""
        return self._seconds_before + self._now - self._began

    def update(self, generation: Generation, record: dict[str, Any]) -> Status:
        """Update the status with a generation and its record, and return it."""
        status = self.status
        self._now = time.perf_counter()
        if generation.settled:
            self._clock.append((record["step"], self._now))
        while len(self._clock) > 2 and self._clock[-1][0] - self._clock[0][0] > RECENT:
            self._clock.popleft()
        self._acceptances.append(sum(generation.accepted) / len(generation.accepted))
        (first, start), (last, end) = self._clock[0], self._clock[-1]
        per_second = (last - first) / (end - start) if end > start else 0.0
        status.step = record["step"]
        status.temperature = generation.temperature
        status.quality, status.diversity = generation.survivors[0].fitness.values
        for family in record["families"]:
            if family["winner"] is not None:
                status.winner = family["winner"]
                status.wins[status.winner] = status.wins.get(status.winner, 0) + 1
        status.failures += sum(1 for child in generation.offspring if child.failure)
        status.acceptance_rate = sum(self._acceptances) / len(self._acceptances)
        status.images_per_second = per_second * self._batch_size
        status.seconds_left = (status.steps - status.step) / per_second if per_second else 0.0
        if record.get("validation_acsa") is not None:
            status.validation_acsa = record["validation_acsa"]
            status.validation_smallest = record["validation_smallest"]
        return status

    def state(self) -> dict[str, Any]:
        """Return the state for a checkpoint, as JSON types; clocks restart on resuming."""
        return {
            "step": self.status.step,
            "wins": self.status.wins,
            "failures": self.status.failures,
            "validation_acsa": self.status.validation_acsa,
            "validation_smallest": self.status.validation_smallest,
            "acceptances": list(self._acceptances),
            "seconds": self.seconds(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Restore a state that `state` returned."""
        self._clock.clear()
        self._acceptances.clear()
        self.status.step = state["step"]
        self.status.wins = state["wins"]
        self.status.failures = state["failures"]
        self.status.validation_acsa = state["validation_acsa"]
        self.status.validation_smallest = state["validation_smallest"]
        self._acceptances.extend(state["acceptances"])
        self._began = self._now
        self._seconds_before = state.get("seconds", 0.0)
