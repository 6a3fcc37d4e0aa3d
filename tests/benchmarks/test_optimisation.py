"""The benchmark of searches runs, and counts and judges as it says."""

import itertools
import random
import sys

import numpy as np
import pytest


@pytest.fixture
def optimisation(load_benchmark):
    return load_benchmark("optimisation")


@pytest.fixture
def methods(optimisation):
    return sys.modules["benchmarks.optimisation_methods"]


@pytest.fixture
def problems(optimisation):
    return sys.modules["benchmarks.optimisation_problems"]


@pytest.mark.long
def test_a_quick_run_prints_every_method_on_every_problem(optimisation, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["optimisation", "--quick"])
    optimisation.main()
    printed = capsys.readouterr().out
    for family in optimisation.FAMILIES:
        table = printed.partition(f"## {family}\n")[2].partition("##")[0]
        for method in optimisation.METHODS:
            assert f"| {method} | " in table
    assert "nan" not in printed


@pytest.mark.parametrize("words", [["--seeds", "0"], ["--seeds", "1001"], ["--evaluations", "1"]])
def test_what_cannot_be_run_is_refused(words, optimisation, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["optimisation", *words])
    with pytest.raises(SystemExit):
        optimisation.main()
    assert "at least" in capsys.readouterr().err


def test_every_method_has_equally_many_settings(methods, problems):
    for make in (problems.onemax, problems.rastrigin):
        counts = {len(method.settings(make(0))) for method in methods.METHODS.values()}
        assert counts == {24}


@pytest.mark.parametrize("allowed", [2, 10, 150])
def test_no_method_evaluates_more_or_less_than_others(allowed, methods, problems):
    problem = problems.rastrigin(0)
    for method in methods.METHODS.values():
        for setting in method.settings(problem)[::5]:
            meter = methods.run(method, problem, setting, 0, allowed)
            assert meter.used == allowed
            assert 0 < meter.found <= allowed
            assert 0 < meter.gap < np.inf


def test_a_search_stops_at_the_optimum(methods, problems):
    meter = methods.Meter(problems.onemax(0), 10)
    assert meter([0] * problems.BITS) == (0,)
    assert meter([1] * problems.BITS) == (problems.BITS,)
    assert (meter.gap, meter.used, meter.found) == (0, 2, 2)
    with pytest.raises(methods.Spent):
        meter([0] * problems.BITS)


@pytest.mark.parametrize("kind", ["onemax", "knapsack", "tsp", "rastrigin"])
@pytest.mark.parametrize("T", [0.1, 2])
def test_a_brood_of_one_is_textbook_annealing(kind, T, methods, problems):
    problem = getattr(problems, kind)(5)
    mutation = ("mutation", next(iter(problem.mutations)))
    ours = methods.METHODS["ours, one parent"], (mutation, ("brood", 1), ("T", T))
    theirs = methods.METHODS["textbook annealing"], (mutation, ("T", T))
    one, other = (methods.run(method, problem, s, 7, 400) for method, s in (ours, theirs))
    assert (one.gap, one.found, one.used) == (other.gap, other.found, other.used)
    warmer = methods.run(theirs[0], problem, (mutation, ("T", 100 * T)), 7, 400)
    assert (warmer.gap, warmer.found) != (one.gap, one.found)


def test_the_shortest_tour_is_that_of_trying_all(problems):
    for seed in range(5):
        places = np.random.default_rng(seed).random((7, 2)) * 100
        apart = np.linalg.norm(places[:, None] - places[None], axis=2).astype(int)
        apart = np.maximum(apart, apart.T)
        lengths = (
            sum(apart[a, b] for a, b in itertools.pairwise((0, *order, 0)))
            for order in itertools.permutations(range(1, 7))
        )
        assert problems.shortest_tour(apart) == min(lengths)


def test_two_clusters_are_one_tour(problems):
    x = np.array([0, 1, 2, 1000, 1001, 1002])
    assert problems.shortest_tour(abs(x[:, None] - x[None])) == 2 * 1002


def test_the_fullest_knapsack_is_that_of_trying_all(problems, monkeypatch):
    monkeypatch.setattr(problems, "ITEMS", 10)
    problem = problems.knapsack(3)
    values = [problem.evaluate(list(bits)) for bits in itertools.product((0, 1), repeat=10)]
    assert problem.gap(max(values)) == 0
    assert min(values) < 0  # too heavy


@pytest.mark.parametrize("kind", ["onemax", "knapsack", "tsp", "rastrigin"])
def test_what_is_drawn_and_bred_stays_a_solution_no_better_than_the_best(kind, problems):
    random.seed(0)
    problem = getattr(problems, kind)(2)
    rng = np.random.default_rng(0)
    one, other = problem.individual(rng), problem.individual(rng)
    for mutation in problem.mutations.values():
        one, other = problem.mate(one, other)
        (one,) = mutation(one)
        assert problem.gap(problem.evaluate(one)) >= 0
        if kind == "tsp":
            assert sorted(one) == list(range(problems.CITIES))


def test_fewer_is_better_and_seeds_that_are_equal_do_not_count(optimisation, methods, problems):
    def meters(*gaps):
        found = []
        for gap in gaps:
            found.append(methods.Meter(problems.onemax(0), 1))
            found[-1].gap = gap
        return found

    assert optimisation.against(meters(*range(12)), meters(*range(1, 13))) == "12-0, p < 0.001"
    assert optimisation.against(meters(1, 2, 3), meters(0, 2, 4)).startswith("1-1, p = 1")
    assert optimisation.against(meters(1, 2), meters(1, 2)) == "0-0, p = 1"
