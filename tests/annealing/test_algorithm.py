import copy
import random
from types import SimpleNamespace

import numpy as np
import pytest
from deap import base, tools

from geneticgan.annealing.algorithm import ea_annealing
from geneticgan.annealing.schedule import Schedule
from geneticgan.annealing.selection import sel_annealing


class Fixed(Schedule):
    def __init__(self, value):
        self.value = value

    def temperature(self, generation):
        return self.value / 2**generation


class Maximise(base.Fitness):
    weights = (1.0,)


class Number:
    """The simplest individual: a number that wants to be large."""

    def __init__(self, value, name="G"):
        self.value, self.name, self.fitness = value, name, Maximise()


def plus(individual, amount, trace):
    trace.append(f"mutate {individual.name} by {amount}")
    individual.value += amount
    individual.name = f"G{amount:+d}"
    return (individual,)


@pytest.fixture
def traced():
    """A toolbox whose every operator writes down that it was called."""
    trace = []
    toolbox = base.Toolbox()

    def evaluate(individual):
        trace.append(f"evaluate {individual.name}")
        return (individual.value,)

    def select(individuals, k, temperature):
        trace.append(f"select among {[i.name for i in individuals]} at {temperature:g}")
        return sel_annealing(individuals, k, temperature=temperature, rng=np.random.default_rng(0))

    toolbox.register("evaluate", evaluate)
    toolbox.register("select", select)
    toolbox.register("observe", lambda n: trace.append(f"observe {n}"))
    toolbox.register("update", lambda chosen: trace.append(f"update by {chosen[0].name}"))
    toolbox.mutations = [
        lambda individual: plus(individual, 1, trace),
        lambda individual: plus(individual, -1, trace),
    ]
    return SimpleNamespace(toolbox=toolbox, trace=trace)


def test_algorithm_1_line_by_line(traced):
    population = [Number(0)]
    ea_annealing(population, traced.toolbox, Fixed(8), 1)
    assert traced.trace == [
        "observe 0",
        "evaluate G",  # line 3
        "mutate G by 1",  # lines 5-7 for c = 1
        "evaluate G+1",  # line 8
        "mutate G by -1",  # lines 5-7 for c = 2: from the parent, not from the first offspring
        "evaluate G-1",  # line 8
        "select among ['G', 'G+1', 'G-1'] at 8",  # lines 10-17
        "update by G+1",  # lines 19-20, with the survivor
    ]
    assert [individual.value for individual in population] == [1]


def test_it_cools_once_a_generation_and_the_first_selects_at_T(traced):
    ea_annealing([Number(0)], traced.toolbox, Fixed(8), 3)
    assert [line.split(" at ")[1] for line in traced.trace if "select" in line] == ["8", "4", "2"]


def test_a_changing_environment_has_the_parent_judged_again(traced):
    ea_annealing([Number(0)], traced.toolbox, Fixed(0), 2)
    assert traced.trace.count("evaluate G+1") == 3  # born, as a parent, and its better child


def test_a_static_problem_judges_every_individual_once(traced):
    del traced.toolbox.observe, traced.toolbox.update
    population, logbook = ea_annealing([Number(0)], traced.toolbox, Fixed(0), 3)
    assert logbook.select("nevals") == [3, 2, 2]
    assert population[0].value == 3


def test_a_resumed_run_numbers_its_generations_onward(traced):
    _, logbook = ea_annealing([Number(0)], traced.toolbox, Fixed(8), 2, first_generation=2)
    assert logbook.select("gen") == [2, 3]
    assert logbook.select("temperature") == [2, 1]


def test_on_generation_sees_everything_and_can_stop(traced):
    seen = []

    def stop_after_two(generation):
        seen.append(generation)
        return generation.number == 1

    ea_annealing([Number(0)], traced.toolbox, Fixed(0), 10, on_generation=stop_after_two)
    assert [generation.number for generation in seen] == [0, 1]
    first = seen[0]
    assert [i.value for i in first.parents + first.offspring] == [0, 1, -1]
    assert first.survivors == [first.offspring[0]]
    assert first.accepted == [True]


def test_statistics_and_hall_of_fame_are_deaps(traced, capsys):
    statistics = tools.Statistics(lambda individual: individual.fitness.values[0])
    statistics.register("best", max)
    hall = tools.HallOfFame(1)
    traced.toolbox.mutations = traced.toolbox.mutations[1:]  # only ever worse
    population, logbook = ea_annealing(
        [Number(0)], traced.toolbox, Fixed(1e9), 4, statistics, hall, verbose=True
    )
    assert logbook.select("best") == [-1, -2, -3, -4]
    assert logbook.select("accepted") == [1, 1, 1, 1]
    assert hall[0].value == 0  # the best so far never steers the search
    assert population[0].value == -4
    assert "temperature" in capsys.readouterr().out


def test_onemax_with_deaps_own_operators():
    random.seed(1)

    class Bits(list):
        pass

    start = Bits([0] * 24)
    start.fitness = Maximise()
    toolbox = base.Toolbox()
    toolbox.register("clone", copy.deepcopy)
    toolbox.register("mutate", tools.mutFlipBit, indpb=1 / 24)
    toolbox.register("evaluate", lambda bits: (sum(bits),))
    toolbox.register("select", sel_annealing, rng=np.random.default_rng(1))
    population, logbook = ea_annealing([start], toolbox, Fixed(4), 150, brood_size=8)
    assert sum(population[0]) == 24
    assert set(logbook.select("nevals")[1:]) == {8}
