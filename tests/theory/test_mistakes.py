"""Mistakes are noticed: each is made, its observed transitions are rejected, the power is known."""

import math

import numpy as np
import pytest
from deap import tools

from geneticgan.annealing import selection
from geneticgan.annealing.metropolis import metropolis_accept
from geneticgan.annealing.schedule import Schedule
from geneticgan.annealing.selection import sel_annealing
from geneticgan_plugins.schedules.exponential import Exponential

COOLING = Exponential(T=2.0, alpha=0.6)  # fitness is standard normal: from lenient to strict
LENGTHS_AND_BROODS = [(length, brood) for length in (1, 2, 3, 4) for brood in (1, 3)]


class Frozen(Schedule):
    """Stale: the first temperature throughout."""

    def temperature(self, generation):
        return COOLING.temperature(0)


class Late(Schedule):
    """Stale: the temperature of the generation before."""

    def temperature(self, generation):
        return COOLING.temperature(max(generation - 1, 0))


class Warm(Schedule):
    """Half as much again."""

    def temperature(self, generation):
        return 1.5 * COOLING.temperature(generation)


def printed_sign(candidate, incumbent, temperature, draw):
    """Algorithm 1, lines 11-16, as they stand."""
    return candidate > incumbent or draw < math.exp(-(candidate - incumbent) / temperature)


def minimising_sign(candidate, incumbent, temperature, draw):
    """Equation 9 with the sign of Delta turned for every offspring, better ones too."""
    return draw < math.exp(min(0.0, -(candidate - incumbent) / temperature))


def worst_of_the_brood(individuals, k, **options):
    parent, *brood = individuals
    return sel_annealing([parent, min(brood, key=lambda one: one.fitness)], k, **options)


@pytest.fixture
def power(chisquare, walks):
    """Of the test against transitions that are wrong, at the number of walks used here."""

    def compute(right, wrong):
        states = right.shape[1]
        present, visits = np.full(states, walks / states), []
        for matrix in wrong.reshape(-1, states, states):
            visits.append(present)
            present = present @ matrix
        return chisquare.power(np.concatenate(visits), right, wrong)

    return compute


@pytest.fixture
def wrongs(exact, chain):
    """Exact transitions of each mistake."""

    def build(fitness, brood):
        def printed(fitness, temperature):
            return np.ones((len(fitness), len(fitness)))

        def minimising(fitness, temperature):
            return chain.acceptance(-fitness, temperature)

        return {
            "printed sign": exact(fitness, COOLING, brood, accept=printed),
            "minimising sign": exact(fitness, COOLING, brood, accept=minimising),
            "frozen temperature": exact(fitness, Frozen(), brood),
            "late temperature": exact(fitness, Late(), brood),
            "temperature x 1.5": exact(fitness, Warm(), brood),
            "worst of the brood": exact(fitness, COOLING, brood, order=-1),
        }

    return build


@pytest.mark.parametrize(
    ("mistake", "schedule", "select", "accept"),
    [
        ("printed sign", COOLING, sel_annealing, printed_sign),
        ("minimising sign", COOLING, sel_annealing, minimising_sign),
        ("frozen temperature", Frozen(), sel_annealing, metropolis_accept),
        ("late temperature", Late(), sel_annealing, metropolis_accept),
        ("worst of the brood", COOLING, worst_of_the_brood, metropolis_accept),
    ],
    ids=["printed", "minimising", "frozen", "late", "worst"],
)
def test_a_wrong_implementation_is_rejected(
    mistake, schedule, select, accept, chain, exact, wrongs, observe, chisquare, monkeypatch
):
    monkeypatch.setattr(selection, "metropolis_accept", accept)
    fitness = chain.random_fitness(3, seed=3)
    counts = observe(fitness, schedule, 3, select=select)
    p = chisquare.p_value(counts, exact(fitness, COOLING, 3))
    print(f"p = {p:.1e}")
    assert p < chisquare.LEVEL / 1000
    # It is the mistake whose power is stated below; of g alone, as the best so far hears of the
    # whole brood and not only of the one selected.
    g = np.eye(len(fitness))[[g for g, _ in chain.pairs(fitness)]]
    assert chisquare.p_value(counts @ g, wrongs(fitness, 3)[mistake] @ g) > chisquare.LEVEL


def test_a_best_so_far_that_forgets_is_rejected(chain, exact, observe, chisquare):
    class Forgetful(tools.HallOfFame):
        def update(self, population):
            if len(population) == 1:  # the parent, with which a generation begins
                self.clear()
            super().update(population)

    fitness = chain.random_fitness(3, seed=3)
    counts = observe(fitness, COOLING, 3, hall=Forgetful)
    assert chisquare.p_value(counts, exact(fitness, COOLING, 3)) < chisquare.LEVEL / 1000


@pytest.mark.parametrize(("length", "brood"), LENGTHS_AND_BROODS)
def test_a_mistake_is_noticed_with_the_power_that_is_documented(
    length, brood, chain, exact, wrongs, power, chisquare
):
    fitness = chain.random_fitness(length, seed=length)
    right = exact(fitness, COOLING, brood)
    for mistake, wrong in wrongs(fitness, brood).items():
        found = power(right, wrong)
        if mistake == "worst of the brood" and brood == 1:
            assert found == pytest.approx(chisquare.LEVEL)  # the only one is best and worst
        elif mistake == "temperature x 1.5":
            assert round(found, 3) >= 0.963  # the least of all, as docs/theory.md says
        else:
            assert found > 0.999


def test_the_computed_power_is_how_often_the_mistake_is_noticed(
    chain, exact, wrongs, power, chisquare, walks
):
    fitness = chain.random_fitness(1, seed=1)
    right = exact(fitness, COOLING, 3)
    rng = np.random.default_rng(0)

    def noticed(transitions):
        states = transitions.shape[1]
        present, counts = rng.multinomial(walks, [1 / states] * states), []
        for row in transitions.reshape(-1, states, states):
            counts.append(rng.multinomial(present, row / row.sum(1, keepdims=True)))
            present = counts[-1].sum(0)
        return chisquare.p_value(np.concatenate(counts), right) < chisquare.LEVEL

    warm = wrongs(fitness, 3)["temperature x 1.5"]  # the least power of all
    share = np.mean([noticed(warm) for _ in range(500)])
    print(f"computed {power(right, warm):.3f}, observed {share:.3f}")
    assert share == pytest.approx(power(right, warm), abs=0.08)  # the formula is a limit
    assert np.mean([noticed(right) for _ in range(500)]) < 0.01
