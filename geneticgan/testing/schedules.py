"""What a schedule has to keep."""

from __future__ import annotations

import json
import math
from abc import abstractmethod

from geneticgan.annealing.schedule import Schedule
from geneticgan.testing.contract import Contract, expect

GENERATIONS = (*range(50), 100, 999, 1000, 10**4, 10**6, 10**9)


class ScheduleContract(Contract):
    """Subclass it and define `make`."""

    @abstractmethod
    def make(self) -> Schedule:
        """Return a fresh schedule."""

    def test_temperatures_are_never_negative_and_never_nan(self) -> None:
        """However long a run is."""
        schedule = self.make()
        for generation in GENERATIONS:
            found = schedule.temperature(generation)
            expect(found >= 0, f"the temperature of generation {generation} is {found}")

    def test_asking_twice_changes_nothing(self) -> None:
        """A run that is resumed asks again, and not from the beginning."""
        schedule = self.make()
        forwards = [schedule.temperature(g) for g in GENERATIONS]
        backwards = [schedule.temperature(g) for g in reversed(GENERATIONS)]
        expect(forwards == backwards[::-1], "the temperature depends on what was asked before")

    def test_what_is_learnt_survives_a_checkpoint(self) -> None:
        """A schedule that learns says all it knows in `state`, as JSON types."""
        schedule, resumed = self.make(), self.make()
        for generation in range(20):
            schedule.learn(generation, float(generation % 2))
        resumed.restore(json.loads(json.dumps(schedule.state())))
        for generation in range(20, 40):
            same = schedule.temperature(generation) == resumed.temperature(generation)
            expect(same, f"generation {generation} differs after a resumption")
            schedule.learn(generation, 1.0)
            resumed.learn(generation, 1.0)

    def test_it_stays_finite_whatever_is_accepted(self) -> None:
        """Always and never are accepted in some runs."""
        for accepted in (0.0, 1.0):
            schedule = self.make()
            for generation in range(2000):
                schedule.learn(generation, accepted)
            found = schedule.temperature(2000)
            expect(0 <= found < math.inf, f"the temperature came to be {found}")
