"""The implementation moves as Definitions 1-2 say."""

import pytest

from geneticgan_plugins.schedules.exponential import Exponential
from geneticgan_plugins.schedules.linear import Linear

COOLING = Exponential(T=2.0, alpha=0.6)  # fitness is standard normal: from lenient to strict


@pytest.mark.parametrize(
    ("length", "brood"), [(length, brood) for length in (1, 2, 3, 4) for brood in (1, 3)]
)
def test_transitions_are_those_of_the_definitions(length, brood, chain, exact, observe, chisquare):
    fitness = chain.random_fitness(length, seed=length)
    counts = observe(fitness, COOLING, brood)
    p = chisquare.p_value(counts, exact(fitness, COOLING, brood))
    print(f"p = {p:.3f}")
    assert p > chisquare.LEVEL


@pytest.mark.parametrize(
    ("schedule", "flips", "decimals"),
    [
        pytest.param(COOLING, None, 9, id="one bit flipped"),
        pytest.param(COOLING, 0.3, 0, id="many ties"),
        pytest.param(Linear(T=2.0, period=3), 0.3, 0, id="many ties, cooled to zero"),
    ],
)
def test_they_are_so_too_with(schedule, flips, decimals, chain, exact, observe, chisquare):
    fitness = chain.random_fitness(3, seed=1).round(decimals)
    assert (len(set(fitness)) < 8) == (decimals == 0)
    counts = observe(fitness, schedule, 2, flips)
    p = chisquare.p_value(counts, exact(fitness, schedule, 2, flips))
    print(f"p = {p:.3f}")
    assert p > chisquare.LEVEL
