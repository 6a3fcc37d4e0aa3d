import math

import numpy as np
import pytest

from geneticgan.annealing.fitness import FAILED
from geneticgan.testing.selections import members
from geneticgan_plugins.selections.always import Always
from geneticgan_plugins.selections.best import Best
from geneticgan_plugins.selections.elitist import Elitist
from geneticgan_plugins.selections.nsga2 import NSGA2
from geneticgan_plugins.selections.random import Random
from geneticgan_plugins.selections.threshold import Threshold


@pytest.mark.parametrize(
    ("selection", "candidate", "incumbent", "temperature", "accepted"),
    [
        (Always(), -5.0, 5.0, 0.0, True),
        (Elitist(), 1.0, 1.0, 1e9, True),
        (Elitist(), 0.999, 1.0, 1e9, False),
        (Elitist(), -7.0, -math.inf, 0.0, True),
        (Threshold(), 0.5, 1.0, 0.5, True),
        (Threshold(), 0.49, 1.0, 0.5, False),
        (Threshold(), 1.0, 1.0, 0.0, True),
    ],
)
def test_truth_table(selection, candidate, incumbent, temperature, accepted):
    for draw in (0.0, 0.5, 0.999):  # chance has no part in any of these
        assert selection.accepts(candidate, incumbent, temperature, draw) == accepted


def select(individuals, k):
    return NSGA2().select(individuals, k, temperature=1.0, rng=np.random.default_rng(0))


def test_nsga2_keeps_the_front_of_both_objectives():
    best_quality, best_diversity, dominated = (3.0, 0.0), (0.0, 3.0), (-1.0, -1.0)
    parents = [dominated, best_quality]
    individuals = members([*parents, best_diversity, (-2.0, -2.0)], 2)
    chosen = select(individuals, 2)
    assert chosen[1] is individuals[1]  # a parent keeps its place
    assert chosen[0] is individuals[2]


def test_nsga2_may_keep_two_of_one_lineage():
    individuals = members(
        [(0.0, 0.0), (0.0, 0.0), (1.0, 2.0), (0.0, 0.0), (2.0, 1.0), (0.0, 0.0)], 2
    )
    chosen = select(individuals, 2)
    assert {id(one) for one in chosen} == {id(individuals[2]), id(individuals[4])}
    assert chosen[0].lineage == chosen[1].lineage == 0


def test_nsga2_keeps_dead_parents_where_too_few_live():
    individuals = members([FAILED, FAILED, (1.0, 1.0), FAILED], 2)
    chosen = select(individuals, 2)
    assert individuals[2] in chosen
    assert sum(one in individuals[:2] for one in chosen) == 1


def test_random_does_not_look_at_the_fitness_of_the_living():
    parents = [(9.0, 9.0), (9.0, 9.0)]
    brood = [(float(value), 0.0) for value in range(6)]
    individuals = members([*parents, *brood, FAILED, FAILED], 2)
    rng = np.random.default_rng(0)
    counts = dict.fromkeys(range(10), 0)
    for _ in range(600):
        for one in Random().select(individuals, 2, temperature=0.0, rng=rng):
            counts[next(i for i, each in enumerate(individuals) if each is one)] += 1
    assert [counts[i] for i in (0, 1, 8, 9)] == [0, 0, 0, 0]
    assert all(150 < counts[i] < 250 for i in range(2, 8))


@pytest.mark.parametrize(("temperature", "accepted"), [(0.5, 0.25), (1.0, 1.0), (2.0, 1.0)])
def test_random_rejects_as_often_as_it_is_told_once_it_is_cold(temperature, accepted):
    selection, rng = Random(accept=0.25, below=1.0), np.random.default_rng(0)
    individuals = members([(0.0, 0.0), (-9.0, -9.0), (9.0, 9.0)], 1)
    chosen = [
        selection.select(individuals, 1, temperature=temperature, rng=rng)[0] for _ in range(800)
    ]
    assert np.mean([one is not individuals[0] for one in chosen]) == pytest.approx(
        accepted, abs=0.05
    )
    assert {id(one) for one in chosen} >= {id(one) for one in individuals[1:]}


@pytest.mark.parametrize("options", [{"accept": 1.1}, {"accept": -0.1}, {"below": math.nan}])
def test_random_refuses_what_is_no_probability(options):
    with pytest.raises(ValueError, match="must be"):
        Random(**options)


def best(individuals, k):
    return Best().select(individuals, k, temperature=1.0, rng=np.random.default_rng(0))


def test_best_keeps_the_fittest_of_all_offspring_whoever_bore_them():
    individuals = members(
        [(9.0, 9.0), (9.0, 9.0), (3.0, 0.0), (0.0, 0.0), (2.0, 0.0), (1.0, 0.0)], 2
    )
    chosen = best(individuals, 2)
    assert {id(one) for one in chosen} == {id(individuals[2]), id(individuals[4])}
    assert [one.lineage for one in chosen] == [0, 0]  # and parents die, however fit


def test_best_keeps_the_better_parent_where_too_few_offspring_live():
    individuals = members([(0.0, 0.0), (5.0, 0.0), FAILED, (-3.0, 0.0)], 2)
    chosen = best(individuals, 2)
    assert chosen[0] is individuals[3]
    assert chosen[1] is individuals[1]  # at its own place


def test_best_is_always_for_a_single_parent():
    rng = np.random.default_rng(0)
    for _ in range(20):
        individuals = members([tuple(row) for row in rng.normal(size=(4, 2)).tolist()], 1)
        always = Always().select(individuals, 1, temperature=1.0, rng=rng)
        assert best(individuals, 1)[0] is always[0]
