import copy
import math
import random
from types import SimpleNamespace

import numpy as np
import pytest
from deap import algorithms, base, tools

from geneticgan.annealing.selection import assign_lineage, sel_annealing


class Maximise(base.Fitness):
    weights = (1.0,)


class Bits(list):
    """A stock DEAP individual: a list with a fitness."""

    def __init__(self, bits):
        super().__init__(bits)
        self.fitness = Maximise()


class FixedDraws:
    """A generator whose uniform numbers are written down."""

    def __init__(self, *draws):
        self.draws = list(draws)

    def random(self):
        return self.draws.pop(0)


def individual(value, lineage=0):
    return SimpleNamespace(fitness=Maximise((value,)), lineage=lineage)


def test_the_best_offspring_replaces_a_worse_parent():
    parent, worse, best = individual(1.0), individual(2.0), individual(3.0)
    chosen = sel_annealing([parent, worse, best], 1, temperature=0.0, rng=FixedDraws(0.9))
    assert chosen == [best]


def test_a_worse_best_is_accepted_by_the_draw_and_only_the_best_is():
    parent, best, worst = individual(3.0), individual(2.0), individual(1.0)
    probability = math.exp(-1.0 / 2.0)
    for draw, expected in ((probability - 1e-9, best), (probability + 1e-9, parent)):
        chosen = sel_annealing([parent, worst, best], 1, temperature=2.0, rng=FixedDraws(draw))
        assert chosen == [expected]


def test_each_parent_competes_with_its_own_brood_in_whatever_order():
    parents = [individual(1.0, 0), individual(5.0, 1)]
    own, others = individual(2.0, 0), individual(4.0, 1)
    chosen = sel_annealing([*parents, others, own], 2, temperature=0.0, rng=FixedDraws(0.5, 0.5))
    assert chosen == [own, parents[1]]


def test_a_draw_is_used_for_every_parent_needed_or_not():
    rng = FixedDraws(0.1, 0.2, 0.3)
    parents = [individual(1.0, i) for i in range(3)]
    sel_annealing(parents, 3, temperature=1.0, rng=rng, parents_only=True)
    assert rng.draws == []


def test_a_parent_without_offspring_stays():
    parents = [individual(1.0, 0), individual(2.0, 1)]
    child = individual(9.0, 1)
    chosen = sel_annealing([*parents, child], 2, temperature=0.0, rng=FixedDraws(0.0, 0.0))
    assert chosen == [parents[0], child]


def test_a_callable_temperature_is_asked_once_a_selection():
    asked = []
    sel_annealing(
        [individual(1.0, 0), individual(1.0, 1)],
        2,
        temperature=lambda: asked.append(1) or 1.0,
        rng=np.random.default_rng(0),
        parents_only=True,
    )
    assert asked == [1]


@pytest.mark.parametrize(
    ("individuals", "k", "message"),
    [
        ([individual(1.0)], 2, "k is 2"),
        ([individual(1.0)], 0, "k is 0"),
        ([individual(1, 0), individual(1, 0), individual(1, 0)], 2, "assign_lineage"),
        ([individual(1, 0), individual(1, 1), individual(1, 5)], 2, "lineage 5"),
        ([SimpleNamespace(fitness=Maximise()), individual(1.0)], 1, "must be evaluated"),
    ],
)
def test_what_cannot_be_selected_is_an_error(individuals, k, message):
    with pytest.raises(ValueError, match=message):
        sel_annealing(individuals, k, temperature=1.0, rng=np.random.default_rng(0))


def test_deap_algorithms_use_it_on_bit_strings():
    random.seed(3)  # DEAP's own operators draw from the global generator
    rng = np.random.default_rng(3)
    toolbox = base.Toolbox()
    toolbox.register("clone", copy.deepcopy)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.05)
    toolbox.register("mate", tools.cxOnePoint)
    toolbox.register("evaluate", lambda bits: (sum(bits),))
    cooling = (10 * 0.9**n for n in range(1000))
    toolbox.register("select", sel_annealing, temperature=cooling.__next__, rng=rng)
    population = [Bits([0] * 20) for _ in range(4)]
    assign_lineage(population)
    population, _ = algorithms.eaMuPlusLambda(
        population, toolbox, mu=4, lambda_=20, cxpb=0.0, mutpb=1.0, ngen=120, verbose=False
    )
    assert max(sum(bits) for bits in population) == 20
    assert sorted(bits.lineage for bits in population) == [0, 1, 2, 3]


def test_easimple_is_told_that_nothing_would_be_selected():
    toolbox = base.Toolbox()
    toolbox.register("clone", copy.deepcopy)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.05)
    toolbox.register("mate", tools.cxOnePoint)
    toolbox.register("evaluate", lambda bits: (sum(bits),))
    toolbox.register("select", sel_annealing, temperature=1.0, rng=np.random.default_rng(0))
    population = [Bits([0] * 20) for _ in range(4)]
    assign_lineage(population)
    with pytest.raises(ValueError, match=r"all 4 individuals are parents.*eaMuPlusLambda"):
        algorithms.eaSimple(population, toolbox, cxpb=0.5, mutpb=0.5, ngen=1, verbose=False)
    toolbox.register(
        "select",
        sel_annealing,
        temperature=1.0,
        rng=np.random.default_rng(0),
        parents_only=True,
    )
    algorithms.eaSimple(population, toolbox, cxpb=0.5, mutpb=0.5, ngen=1, verbose=False)
