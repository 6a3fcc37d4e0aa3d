"""AMOSA beside a plain reading of its paper, and its cases by hand."""

import math
import random
from types import SimpleNamespace

import numpy as np
import pytest
from deap import base, tools
from hypothesis import given, settings
from hypothesis import strategies as st

from geneticgan.annealing.algorithm import ea_annealing
from geneticgan.annealing.amosa import acceptance, sel_amosa
from geneticgan.annealing.archive import Archive
from geneticgan.annealing.schedule import Schedule


class Minimise(base.Fitness):
    weights = (-1.0, -1.0)


class Draws:
    def __init__(self, *values):
        self.values = list(values)

    def random(self):
        return self.values.pop(0)


def point(*values, lineage=0):
    return SimpleNamespace(fitness=Minimise(values), lineage=lineage)


def step(current, new, archive, temperature, draw):
    """One step of the paper's listing on tuples that are minimised; changes the archive (a list).

    Written from the paper's figure with sets of tuples, and shares nothing with the product.
    """

    def dominates(a, b):
        return a != b and all(x <= y for x, y in zip(a, b, strict=True))

    everyone = [*archive, current, new]
    ranges = [max(column) - min(column) for column in zip(*everyone, strict=True)]

    def amount(a, b):
        found = [abs(x - y) / r for x, y, r in zip(a, b, ranges, strict=True) if x != y]
        return math.prod(found)

    def probability(average):
        return 0.0 if temperature == 0 else 1 / (1 + math.exp(min(average / temperature, 700)))

    above = [one for one in archive if dominates(one, new)]
    if dominates(current, new):
        judges = {*above, current}
        average = sum(amount(one, new) for one in sorted(judges)) / len(judges)
        return new if draw < probability(average) else current
    if above and not dominates(new, current):
        average = sum(amount(one, new) for one in above) / len(above)
        return new if draw < probability(average) else current
    if above:
        least = min(above, key=lambda one: amount(one, new))
        return least if draw < 1 / (1 + math.exp(-amount(least, new))) else new
    archive[:] = [one for one in archive if not dominates(new, one)]
    archive.append(new)
    return new


@settings(deadline=None)
@given(
    points=st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=25, unique=True
    ),
    temperature=st.sampled_from([0.0, 0.05, 0.5, 5.0, 1e6]),
    seed=st.integers(0, 2**32 - 1),
)
def test_it_goes_the_way_of_the_paper(points, temperature, seed):
    draws = np.random.default_rng(seed).random(len(points)).tolist()
    archive, reference = Archive(1000, 1000), [points[0]]
    current, expected = point(*points[0]), points[0]
    for new, draw in zip(points[1:], draws, strict=False):
        (current,) = sel_amosa(
            [current, point(*new)], 1, temperature=temperature, rng=Draws(draw), archive=archive
        )
        expected = step(expected, new, reference, temperature, draw)
        assert current.fitness.values == expected
        assert [one.fitness.values for one in archive] == reference


def select(current, new, draw, temperature=0.5, archive=()):
    kept = Archive()
    for one in archive:
        kept.add(one)
    (chosen,) = sel_amosa([current, new], 1, temperature=temperature, rng=Draws(draw), archive=kept)
    return chosen


def test_a_dominated_point_is_taken_by_the_amount_of_domination():
    current, new = point(0.0, 0.0), point(1.0, 1.0)  # the ranges are 1 and 1, the amount is 1
    limit = 1 / (1 + math.exp(1 / 0.5))
    assert select(current, new, limit - 1e-9) is new
    assert select(current, new, limit + 1e-9) is current


def test_the_archive_has_a_say_where_the_present_point_has_none():
    # The archive's point dominates the new one by (1 / 4) * (2 / 4); the present one does not.
    known, current, new = point(1.0, 2.0), point(0.0, 4.0), point(2.0, 4.5)
    current = point(5.0, 0.5)
    new = point(2.0, 3.0)
    amount = (1 / 4) * (1 / 2.5)
    limit = 1 / (1 + math.exp(amount / 0.5))
    assert select(current, new, limit - 1e-9, archive=[known]) is new
    assert select(current, new, limit + 1e-9, archive=[known]) is current


def test_from_a_poor_point_the_search_may_return_to_the_archive():
    known, current, new = point(0.0, 0.0), point(4.0, 4.0), point(1.0, 1.0)
    kept = Archive()
    kept.add(known)
    limit = 1 / (1 + math.exp(-1 / 16))
    for draw, expected in ((limit - 1e-9, known), (limit + 1e-9, new)):
        (chosen,) = sel_amosa([current, new], 1, temperature=0.5, rng=Draws(draw), archive=kept)
        assert chosen is expected


def test_a_point_that_nothing_dominates_is_always_taken_and_sweeps_the_archive():
    kept = Archive()
    for one in (point(1.0, 5.0), point(5.0, 1.0)):
        kept.add(one)
    new = point(0.5, 4.0)
    (chosen,) = sel_amosa(
        [point(3.0, 3.0), new], 1, temperature=0.0, rng=Draws(0.999), archive=kept
    )
    assert chosen is new
    assert sorted(one.fitness.values for one in kept) == [(0.5, 4.0), (3.0, 3.0), (5.0, 1.0)]


def test_the_dead_are_never_taken_and_a_dead_parent_always_leaves():
    dead, living = point(math.inf, 0.0), point(9.0, 9.0)
    assert select(living, dead, 0.0, temperature=math.inf) is living
    assert select(dead, living, 0.999, temperature=0.0) is living


@pytest.mark.parametrize("temperature", [0.0, 1e-300, 1.0, math.inf])
def test_the_probability_falls_from_a_half_to_nothing(temperature):
    found = [acceptance(amount, temperature) for amount in (0.0, 0.1, 1.0)]
    assert found == sorted(found, reverse=True)
    assert all(0 <= each <= 0.5 for each in found)
    assert (found[-1] == 0.5) == math.isinf(temperature)


def test_no_individual_stands_at_two_places():
    rng = np.random.default_rng(1)
    kept = Archive()
    present = [point(9.0, 9.0, lineage=0), point(9.0, 9.0, lineage=1)]
    for _ in range(200):
        for label, one in enumerate(present):
            one.lineage = label
        brood = [point(*rng.random(2), lineage=label) for label in (0, 1) for _ in range(2)]
        present = sel_amosa([*present, *brood], 2, temperature=0.5, rng=rng, archive=kept)
        assert present[0] is not present[1]


@pytest.mark.parametrize(("count", "k"), [(2, 2), (1, 2), (2, 0)])
def test_what_cannot_be_selected_is_an_error(count, k):
    with pytest.raises(ValueError, match="eaMuPlusLambda"):
        sel_amosa([point(1, 1)] * count, k, temperature=1, rng=np.random.default_rng(0))


def test_a_full_archive_keeps_the_corners_of_a_front_and_no_more_than_it_may():
    kept = Archive(hard=5, soft=20)
    for x in np.linspace(0, 1, 21):
        kept.add(point(x, 1 - x))
    assert len(kept) == 5
    for limits in ((0, 1), (3, 2)):
        with pytest.raises(ValueError, match="hard <= soft"):
            Archive(*limits)


def test_clusters_are_those_of_single_linkage_and_keep_their_most_central_point():
    kept = Archive(hard=2, soft=5)
    left, right = (0.0, 0.1, 0.2), (5.0, 5.1, 5.3)
    for x in (*left, *right):
        kept.add(point(x, 10 - x))
    assert [one.fitness.values[0] for one in kept] == [0.1, 5.1]


class Number(list):
    def __init__(self, values):
        super().__init__(values)
        self.fitness = Minimise()


class Cooling(Schedule):
    def temperature(self, generation):
        return 0.5 * 0.98**generation


def test_it_finds_the_front_of_schaffers_problem():
    """Schaffer (1985): x^2 and (x - 2)^2; the best compromises are all x in [0, 2]."""
    kept = Archive(hard=20, soft=40)
    toolbox = base.Toolbox()
    toolbox.register("evaluate", lambda one: (one[0] ** 2, (one[0] - 2) ** 2))
    toolbox.register("mutate", tools.mutGaussian, mu=0, sigma=0.5, indpb=1.0)
    toolbox.register("select", sel_amosa, archive=kept)
    before = random.getstate()
    ea_annealing([Number([50.0])], toolbox, Cooling(), 400, brood_size=4, rng=3)
    assert random.getstate() == before
    found = sorted(one[0] for one in kept)
    assert 20 <= len(found) <= 40
    assert -0.05 < found[0] < 0.2
    assert 1.8 < found[-1] < 2.05
    assert np.diff(found).max() < 0.4
