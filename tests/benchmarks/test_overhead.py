"""What the loop costs: the benchmark runs, and a generation makes hardly more calls than DEAP's."""

import sys

import pytest


@pytest.fixture
def overhead(load_benchmark):
    return load_benchmark("overhead")


def test_every_contender_takes_its_turns(overhead, monkeypatch):
    monkeypatch.setattr(overhead, "SIZES", ((2, 4, 5),))
    runs = overhead.contenders()
    head, line, row = overhead.table(runs, turns=2, offspring=8)
    assert head.count("|") == line.count("|") == row.count("|")
    assert row.startswith("| 2 | 4 | 5 |")
    assert {overhead.OURS, overhead.DEAP, overhead.ALIKE} <= set(runs)


@pytest.mark.parametrize(
    ("size", "limit"), [((1, 4, 50), 1.12), ((1, 4, 100), 1.02), ((5, 20, 100), 1.02)]
)
def test_a_generation_makes_hardly_more_calls_than_deaps(overhead, size, limit):
    def calls(run):
        """Return how many calls twenty generations make; those of the start cancel out."""
        return counted(run, 25) - counted(run, 5)

    def counted(run, generations):
        count = 0

        def note(frame, event, argument):
            nonlocal count
            count += event in ("call", "c_call")

        sys.setprofile(note)
        try:
            run(*size, generations)
        finally:
            sys.setprofile(None)
        return count

    assert calls(overhead.ours) <= limit * calls(overhead.deap)
