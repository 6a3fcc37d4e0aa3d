"""What the chain settles to at a constant temperature, exactly and as the implementation does."""

import math

import numpy as np
import pytest

from geneticgan.annealing import selection
from geneticgan_plugins.schedules.constant import Constant

SAMPLES = 2000
TEMPERATURES = (0.3, 1.0, 3.0)


def asymmetry(distribution, matrix):
    """How far from detailed balance: the largest net flow of probability between two states."""
    flow = distribution[:, None] * matrix
    return np.abs(flow - flow.T).max()


def distance(one, other):
    """Total variation."""
    return np.abs(one - other).sum() / 2


@pytest.fixture
def settled(chain):
    """The transition matrix of g with single flips at a temperature, for a brood."""

    def build(fitness, temperature, brood):
        proposal = chain.flips(len(fitness).bit_length() - 1)
        generation = chain.best_of_brood(proposal, fitness, brood)
        return chain.transitions(generation, chain.acceptance(fitness, temperature))

    return build


@pytest.fixture
def sampled(simulation, settled):
    """Counts of the implementation's states, so far apart that 0.1% of their correlation is left.

    The distance is computed from the second largest eigenvalue of the exact matrix.
    """

    def count(fitness, temperature, brood):
        sizes = np.sort(np.abs(np.linalg.eigvals(settled(fitness, temperature, brood))))
        apart = math.ceil(math.log(1e-3) / math.log(sizes[-2]))
        walk = simulation.search(fitness, Constant(temperature), brood=brood)
        best = int(fitness.argmax())
        states = [g for g, _ in walk(best, best, apart * SAMPLES)]
        return np.bincount(states[apart - 1 :: apart], minlength=len(fitness))[None]

    return count


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("length", [1, 2, 3, 4])
@pytest.mark.parametrize("flips", [None, 0.3])
def test_with_one_offspring_the_gibbs_distribution_is_stationary_and_in_balance(
    temperature, length, flips, chain
):
    fitness = chain.random_fitness(length, seed=length)
    proposal = chain.flips(length, flips)
    matrix = chain.transitions(proposal, chain.acceptance(fitness, temperature))
    gibbs = chain.gibbs(fitness, temperature)
    assert distance(gibbs @ matrix, gibbs) < 1e-12
    assert asymmetry(gibbs, matrix) < 1e-12
    assert distance(chain.stationary(matrix), gibbs) < 1e-9


@pytest.mark.parametrize("brood", [2, 3])
@pytest.mark.parametrize("length", [2, 3, 4])
def test_with_more_offspring_it_is_neither(brood, length, chain, settled):
    fitness = chain.random_fitness(length, seed=length)
    matrix = settled(fitness, 1.0, brood)
    found, gibbs = chain.stationary(matrix), chain.gibbs(fitness, 1.0)
    assert distance(found @ matrix, found) < 1e-12
    assert 0.09 <= round(distance(found, gibbs), 2) <= 0.22  # as docs/theory.md says
    assert asymmetry(gibbs, matrix) > 1e-3
    # The best of more offspring is fitter, so more of the distribution is at fitter states.
    assert found @ fitness > gibbs @ fitness


def test_the_implementation_with_one_offspring_samples_gibbs(chain, sampled, chisquare):
    fitness = chain.random_fitness(3, seed=3)
    gibbs = chain.gibbs(fitness, 1.0)[None]
    p = chisquare.p_value(sampled(fitness, 1.0, brood=1), gibbs)
    warmer = chain.gibbs(fitness, 1.2)[None]
    power = chisquare.power([SAMPLES], gibbs, warmer)
    print(f"p = {p:.3f}; power against a temperature 20% higher {power:.5f}")
    assert p > chisquare.LEVEL
    assert power > 0.999


def test_the_implementation_with_three_samples_its_own_distribution_and_not_gibbs(
    chain, settled, sampled, chisquare
):
    fitness = chain.random_fitness(3, seed=3)
    counts = sampled(fitness, 1.0, brood=3)
    own = chain.stationary(settled(fitness, 1.0, 3))[None]
    gibbs = chain.gibbs(fitness, 1.0)[None]
    power = chisquare.power([SAMPLES], gibbs, own)
    print(f"p = {chisquare.p_value(counts, own):.3f}; power against Gibbs {power:.5f}")
    assert chisquare.p_value(counts, own) > chisquare.LEVEL
    assert chisquare.p_value(counts, gibbs) < chisquare.LEVEL / 1000
    assert power > 0.999


def test_with_the_printed_sign_it_does_not_sample_gibbs(chain, sampled, chisquare, monkeypatch):
    def printed(candidate, incumbent, temperature, draw):
        return draw < math.exp(-min(0.0, candidate - incumbent) / temperature)

    monkeypatch.setattr(selection, "metropolis_accept", printed)
    fitness = chain.random_fitness(3, seed=3)
    gibbs = chain.gibbs(fitness, 1.0)[None]
    counts = sampled(fitness, 1.0, brood=1)
    assert chisquare.p_value(counts, gibbs) < chisquare.LEVEL / 1000
