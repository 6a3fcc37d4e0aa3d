"""A comparison keeps its time, however the machine's speed changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geneticgan.benchmark.budget import Cost, fit_budget
from geneticgan.benchmark.pace import Pace
from geneticgan.benchmark.timetable import Terms, Timetable

COSTS = {"oscn": Cost(0, 0.01), "dos": Cost(0, 0.02), "aggan": Cost(0, 0.1)}
LASTS = {"oscn": {"oscn": 1}, "dos": {"dos": 1}, "aggan": {"aggan": 1, "oscn": 4}}


class Machine:
    """Trains by the clock of a test, a training at a time."""

    def __init__(self, seconds, steps=300, seeds=3, choices=(5, 4, 3), speed=lambda now: 1.0):
        self.now, self.said, self.begun = 0.0, [], []
        terms = Terms(tuple(COSTS), "oscn", seeds, choices, 1)
        self.pace = Pace(COSTS, LASTS, steps, 0.0, 0.0)
        self.table = Timetable(terms, self.pace, (), lambda: seconds - self.now, self.said.append)
        self.steps, self.speed = steps, speed

    def run(self, fails=()):
        for (method, seed), limit in self.table.order():
            taken = COSTS[method].of(self.steps) * self.speed(self.now)
            failure = "it is broken" if method in fails else "too long" if taken > limit else ""
            self.now += min(taken, limit)
            self.begun.append((method, seed))
            self.table.ended((method, seed), taken, failure)
        return self

    def last(self):
        """Seconds of the dearest last training of those that are compared."""
        return max(self.pace.last(method) for method in self.table.methods)


def test_what_is_planned_is_done_where_the_machine_is_as_it_was():
    machine = Machine(3 * 39 + 42).run()
    assert machine.begun == [(method, seed) for seed in range(3) for method in COSTS]
    assert machine.said == []
    assert machine.table.done == machine.table.total == 9


def test_a_slower_machine_does_fewer_seeds_and_then_fewer_methods():
    machine = Machine(5 * 39 + 42, seeds=5, speed=lambda now: 1.4).run()
    assert machine.table.seeds == 3
    assert machine.table.methods == ("oscn", "dos", "aggan")
    assert machine.said[-1] == "Slower than planned: 3 trainings of each method."
    assert machine.now + machine.last() <= 5 * 39 + 42

    slower = Machine(5 * 39 + 42, seeds=5, speed=lambda now: 4.0).run()
    assert slower.table.methods == ("oscn", "dos")
    assert slower.table.dropped == {"aggan": "because it does not fit the budget"}
    assert "Left out: aggan, because it does not fit the budget." in slower.said
    assert ("aggan", 0) not in slower.begun  # never begun for nothing
    assert slower.now + slower.last() <= 5 * 39 + 42


def test_a_faster_machine_does_more_seeds():
    machine = Machine(3 * 39 + 42, speed=lambda now: 0.5).run()
    assert machine.table.seeds == 5
    assert machine.said == [f"Faster than planned: {n} trainings of each method." for n in (4, 5)]
    settled = Machine(3 * 39 + 42, choices=(3,), speed=lambda now: 0.5).run()
    assert settled.table.seeds == 3


def test_a_training_that_was_begun_may_take_what_is_left_and_no_more():
    machine = Machine(3 * 39 + 42, speed=lambda now: 1.0 if now < 9 else 9.0).run()
    assert machine.table.dropped["aggan"] == "too long"
    assert machine.begun[:3] == [("oscn", 0), ("dos", 0), ("aggan", 0)]
    assert machine.begun[3:] == [("oscn", 1)]  # then it shows that dos does not fit either
    assert machine.table.methods == ("oscn",)
    assert (machine.table.seeds, machine.table.done) == (2, 2)
    at_once = Machine(10, speed=lambda now: 9.0).run()
    assert (at_once.begun, at_once.table.seeds) == ([("oscn", 0)], 1)
    fixed = Machine(3 * 39 + 42, choices=(3,), speed=lambda now: 1.0 if now < 9 else 9.0).run()
    assert fixed.begun[3:] == [("oscn", 1), ("oscn", 2)]  # as often as was asked
    failing = Machine(3 * 39 + 42).run(fails=("dos",))
    assert failing.begun.count(("dos", 0)) == 1
    assert ("dos", 1) not in failing.begun
    assert "Left out: dos, it is broken." in failing.said
    assert Machine(3 * 39 + 42).run(fails=("oscn",)).begun == [("oscn", 0)]


@given(st.floats(30, 3000), st.floats(0.3, 5), st.sampled_from([(5, 4, 3), (3,), (4,)]))
def test_the_time_is_kept_wherever_the_reference_fits(seconds, speed, choices):
    lasts = {"oscn": Cost(0, 0.01), "dos": Cost(0, 0.02), "aggan": Cost(0, 0.14)}
    budget = fit_budget(COSTS, lasts, seconds, 1, "oscn", seeds=choices)
    machine = Machine(seconds, budget.steps, budget.seeds, choices, lambda now: speed).run()
    alone = speed * (min(choices) + 1) * COSTS["oscn"].of(budget.steps)
    begun = max((speed * COSTS[m].of(budget.steps) for m, _ in machine.begun[:3]), default=0.0)
    assert machine.now + machine.last() <= max(seconds, alone) + begun * 2
    kept = {entry for entry in machine.begun if entry[0] in machine.table.methods}
    for method in machine.table.methods:
        assert {seed for each, seed in kept if each == method} >= set(range(machine.table.seeds))


def test_what_is_around_a_training_counts_without_a_workers_start():
    pace = Pace(COSTS, LASTS, 100, 0.5, 2.0)
    assert pace.of("dos") == pytest.approx(2.5)
    assert pace.last("aggan") == pytest.approx(10 + 4 * 1 + 0.5 + 2)
    pace.ended("oscn", 2.0, 10.0)  # twice as long as timed, after a start of 8 seconds
    assert pace.of("oscn") == pytest.approx(2.5)
    assert pace.of("dos") == pytest.approx(4.5)
    for _ in range(4):
        pace.ended("dos", 2.0, 3.0)
    assert pace.of("dos") == pytest.approx(3.0)  # as measured, and a second around it
    assert pace.of("aggan") == pytest.approx(11.0)


def test_time_that_is_left_is_not_spent_on_a_method_that_nothing_is_compared_with(monkeypatch):
    machine = Machine(500, speed=lambda now: 0.1)
    assert machine.run().said == [
        "Faster than planned: 4 trainings of each method.",
        "Faster than planned: 5 trainings of each method.",
    ]
    monkeypatch.setitem(globals(), "COSTS", {"oscn": COSTS["oscn"]})
    assert Machine(500, seeds=1, speed=lambda now: 0.1).run().begun == [("oscn", 0)]
