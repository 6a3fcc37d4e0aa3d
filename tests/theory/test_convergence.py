"""Property 1, and what the growth of the probability of being at the optimum depends on.

The figures are those that docs/theory.md quotes.
"""

import math
from functools import partial

import numpy as np
import pytest

from geneticgan_plugins.schedules.constant import Constant
from geneticgan_plugins.schedules.exponential import Exponential
from geneticgan_plugins.schedules.logarithmic import Logarithmic

DECADES = (100, 1_000, 10_000, 100_000)
WITH_LOCAL_OPTIMA = [(3, 24), (4, 17)]  # length and seed: one local optimum, and three


def temperatures(schedule, generations):
    return [schedule.temperature(generation) for generation in range(generations)]


def frozen_escapes(schedule, last, drop):
    """Sum of exp(-drop / T_k) from the last generation on; 0, as T is below 1e-8 and falling."""
    return sum(math.exp(-drop / schedule.temperature(last + k)) for k in range(100))


@pytest.fixture(
    params=[(*which, brood) for which in WITH_LOCAL_OPTIMA for brood in (1, 3)],
    ids=lambda which: "length {} seed {} brood {}".format(*which),
)
def landscape(request, chain):
    """A fitness with local optima under single flips, how g_best is born, and Hajek's d*."""
    length, seed, brood = request.param
    fitness = chain.random_fitness(length, seed)
    proposal = chain.flips(length)
    generation = chain.best_of_brood(proposal, fitness, brood)
    return fitness, generation, chain.depths(proposal, fitness).max()


@pytest.fixture
def stuck(chain):
    """Return a lower bound of the probability of never leaving a local optimum from now on.

    From local optimum x with the least drop e to a neighbour, a generation k leaves with at most
    exp(-e / T_k), so that all generations from now on leave with at most the sum of that.
    """

    def bound(fitness, generation, present, escapes):
        total = 0.0
        for x in np.flatnonzero(chain.depths(generation, fitness) > 0):
            drop = fitness[x] - fitness[generation[x] > 0].max()
            total += present[x] * max(0.0, 1 - escapes(drop))
        return total

    return bound


@pytest.mark.parametrize("temperature", [0.0, 0.5, math.inf])
@pytest.mark.parametrize("length", [1, 2, 3, 4])
@pytest.mark.parametrize("brood", [1, 3])
def test_property_1_holds_of_every_possible_transition(temperature, length, brood, chain):
    fitness = chain.random_fitness(length, seed=length)
    generation = chain.best_of_brood(chain.flips(length, 0.3), fitness, brood)
    matrix = chain.pair_transitions(fitness, generation, chain.acceptance(fitness, temperature))
    assert np.allclose(matrix.sum(1), 1)
    current, best = fitness[np.array(chain.pairs(fitness))].T
    before, after = np.nonzero(matrix)
    assert (best[after] >= best[before]).all()
    assert (best[after] == np.maximum(best[before], current[after])).all()
    assert (current[after] < current[before]).any() == (temperature > 0)  # of g it does not hold


def test_property_1_holds_of_the_hall_of_fame_and_not_of_the_population(chain, simulation):
    fitness = chain.random_fitness(4, seed=4)
    walk = simulation.search(fitness, Constant(1.0), brood=2)
    worst = int(fitness.argmin())
    current, best = fitness[np.array(walk(worst, worst, 500))].T
    assert (best == np.maximum.accumulate(current)).all()
    assert (np.diff(current) < 0).any()


def test_the_depth_of_a_landscape_drawn_by_hand(chain):
    fitness = np.array([1.0, 0.2, 0.0, 3.0])  # on a ring: 00 is cut off by 01 (0.2) and 10 (0)
    assert chain.depths(chain.flips(2), fitness) == pytest.approx([0.8, 0, 0, 0])
    everywhere = chain.flips(2, 0.3)  # no local optimum where every jump is possible
    assert chain.depths(everywhere, fitness) == pytest.approx([0, 0, 0, 0])


def test_the_depth_is_the_rate_at_which_the_spectral_gap_closes(chain, landscape):
    fitness, generation, depth = landscape

    def log_gap(inverse):
        matrix = chain.transitions(generation, chain.acceptance(fitness, 1 / inverse))
        return math.log(1 - np.sort(np.linalg.eigvals(matrix).real)[-2])

    low, high = 15 / depth, 20 / depth
    assert (log_gap(low) - log_gap(high)) / (high - low) == pytest.approx(depth, rel=0.02)


def test_with_hajeks_constant_the_optimum_is_approached(chain, landscape, quoted):
    fitness, generation, depth = landscape
    cooling = temperatures(Logarithmic(T=depth), DECADES[-1])
    seen = chain.anneal(fitness, generation, cooling, DECADES)
    missing = np.array([1 - seen[moment][fitness.argmax()] for moment in DECADES])
    assert all(quoted(value) for value in 1 - missing)
    assert quoted(depth)
    assert (missing[1:] < 0.75 * missing[:-1]).all()  # a quarter or more in every decade


def test_with_half_of_it_the_optimum_may_be_missed_for_ever(chain, landscape, stuck, quoted):
    fitness, generation, depth = landscape
    constant, last = depth / 2, DECADES[-1]
    cooling = temperatures(Logarithmic(T=constant), last)
    seen = chain.anneal(fitness, generation, cooling, DECADES)

    def escapes(drop):
        """Sum of exp(-drop / T_k) = (k + e)^-r from the last generation on, by its integral."""
        r, k = drop / constant, last + math.e
        return k**-r + k ** (1 - r) / (r - 1) if r > 1 else math.inf

    forever = stuck(fitness, generation, seen[last], escapes)
    optimum = [seen[moment][fitness.argmax()] for moment in DECADES]
    assert all(quoted(value) for value in (optimum[0], optimum[-1], forever))
    assert optimum[-1] - optimum[-2] < 1e-3
    assert forever > 0.2


def test_cooled_geometrically_it_may_be_missed_for_ever_and_slower_is_better(
    chain, landscape, stuck, quoted
):
    fitness, generation, depth = landscape
    forever = {}
    for alpha, last in ((0.9, 200), (0.99, 2000)):
        schedule = Exponential(T=2 * depth, alpha=alpha)
        seen = chain.anneal(fitness, generation, temperatures(schedule, last), (last,))
        escapes = partial(frozen_escapes, schedule, last)
        forever[alpha] = stuck(fitness, generation, seen[last], escapes)
        optimum = seen[last][fitness.argmax()]
        assert quoted(optimum)
        assert optimum + forever[alpha] == pytest.approx(1)
    assert forever[0.9] > forever[0.99] > 0.01


def test_in_few_generations_the_schedule_without_a_theorem_is_ahead(chain, landscape):
    fitness, generation, depth = landscape
    optimum = {}
    for schedule in (Logarithmic(T=depth), Exponential(T=2 * depth, alpha=0.99)):
        seen = chain.anneal(fitness, generation, temperatures(schedule, 500), (500,))
        optimum[type(schedule)] = seen[500][fitness.argmax()]
    assert optimum[Exponential] > optimum[Logarithmic]


def test_the_best_so_far_finds_the_optimum_surely_at_a_constant_temperature(
    chain, landscape, quoted
):
    fitness, generation, depth = landscape
    found = fitness[np.array(chain.pairs(fitness))[:, 1]] == fitness.max()
    accept = chain.acceptance(fitness, Constant(depth).temperature(0))
    matrix = chain.pair_transitions(fitness, generation, accept)
    searching = np.linalg.eigvals(matrix[~found][:, ~found])
    assert np.abs(searching).max() < 0.99  # so the search ends, and its length has a short tail
    assert not matrix[found][:, ~found].any()
    # This is what the paper's Corollary 1 gives. The generator itself keeps moving:
    settled = chain.stationary(chain.transitions(generation, accept))
    assert quoted(settled[fitness.argmax()])
    assert settled[fitness.argmax()] < 0.7


def test_cooled_geometrically_even_the_best_so_far_may_never_find_it(
    chain, landscape, stuck, quoted
):
    fitness, generation, depth = landscape
    schedule, last = Exponential(T=2 * depth, alpha=0.9), 200
    pairs = np.array(chain.pairs(fitness))
    start = pairs[:, 0] == pairs[:, 1]  # [g, g] for every g
    present = start / start.sum()
    for temperature in temperatures(schedule, last):
        accept = chain.acceptance(fitness, temperature)
        present = present @ chain.pair_transitions(fitness, generation, accept)
    not_found = present * (fitness[pairs[:, 1]] < fitness.max())
    g = np.bincount(pairs[:, 0], not_found, len(fitness))
    never = stuck(fitness, generation, g, partial(frozen_escapes, schedule, last))
    assert quoted(never)
    assert never > 0.01
