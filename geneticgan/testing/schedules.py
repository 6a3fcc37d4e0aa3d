"""The contract suite of schedules."""

from __future__ import annotations

import json
import math
from abc import abstractmethod

from geneticgan.annealing.schedule import Schedule
from geneticgan.testing.contract import Contract, expect

GENERATIONS = (*range(50), 100, 999, 1000, 10**4, 10**6, 10**9)


class ScheduleContract(Contract):
    """The contract of schedules; subclass it and define `make`."""

    @abstractmethod
    def make(self) -> Schedule:
        """Return a fresh schedule."""

    def test_temperatures_are_never_negative_and_never_nan(self) -> None:
        """Runs of any length are possible."""
        schedule = self.make()
        for generation in GENERATIONS:
            found = schedule.temperature(generation)
            expect(found >= 0, f"the temperature of generation {generation} is {found}")

    def test_asking_twice_changes_nothing(self) -> None:
        """A resumed run asks again, but not from the beginning."""
        schedule = self.make()
        forwards = [schedule.temperature(g) for g in GENERATIONS]
        backwards = [schedule.temperature(g) for g in reversed(GENERATIONS)]
        expect(forwards == backwards[::-1], "the temperature depends on what was asked before")

    def test_what_is_learnt_survives_a_checkpoint(self) -> None:
        """A schedule that learns returns everything it has learnt from `state`, as JSON types."""
        schedule, resumed = self.make(), self.make()
        for generation in range(20):
            schedule.learn(generation, float(generation % 2))
        resumed.restore(json.loads(json.dumps(schedule.state())))
        for generation in range(20, 40):
            same = schedule.temperature(generation) == resumed.temperature(generation)
            expect(same, f"generation {generation} differs after resuming")
            schedule.learn(generation, 1.0)
            resumed.learn(generation, 1.0)

    def test_it_stays_finite_whatever_is_accepted(self) -> None:
        """Some runs accept every offspring, and some accept none."""
        for accepted in (0.0, 1.0):
            schedule = self.make()
            for generation in range(2000):
                schedule.learn(generation, accepted)
            found = schedule.temperature(2000)
            expect(0 <= found < math.inf, f"the temperature became {found}")
