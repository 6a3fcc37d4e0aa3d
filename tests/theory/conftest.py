"""The helpers of these tests, as fixtures: in importlib mode tests cannot import neighbours."""

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

GENERATIONS = 6
FLIPS = 0.3  # the probability of each bit


def load(name):
    spec = spec_from_file_location(f"theory_{name}", Path(__file__).with_name(f"{name}.py"))
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def chain():
    """What theory says: the exact chain."""
    return load("chain")


@pytest.fixture(scope="session")
def simulation():
    """What geneticgan does on the same states."""
    return load("simulation")


@pytest.fixture(scope="session")
def chisquare():
    """The test of the one against the other."""
    return load("chisquare")


@pytest.fixture(scope="session")
def walks():
    """How many are observed."""
    return 5000


@pytest.fixture
def exact(chain):
    """Transition matrices of [g, g_b] in each generation, a row for every generation and state."""

    def build(fitness, schedule, brood, flips=FLIPS, accept=chain.acceptance, order=1):
        length = len(fitness).bit_length() - 1
        generation = chain.best_of_brood(chain.flips(length, flips), order * fitness, brood)
        matrices = [
            chain.pair_transitions(fitness, generation, accept(fitness, schedule.temperature(n)))
            for n in range(GENERATIONS)
        ]
        return np.concatenate(matrices)

    return build


@pytest.fixture
def observe(chain, simulation, walks):
    """Count what the implementation does, in the order of `exact`, from every [g, g_b] in turn."""

    def count(fitness, schedule, brood, flips=FLIPS, select=simulation.sel_annealing, **options):
        states = chain.pairs(fitness)
        number = {state: row for row, state in enumerate(states)}
        counts = np.zeros((GENERATIONS, len(states), len(states)))
        walk = simulation.search(fitness, schedule, select, brood, flips)
        for start in range(walks):
            before = start % len(states)
            for generation, state in enumerate(walk(*states[before], GENERATIONS, **options)):
                counts[generation, before, number[state]] += 1
                before = number[state]
        return np.concatenate(counts)

    return count


@pytest.fixture(scope="session")
def quoted():
    """Say whether docs/theory.md quotes a figure."""
    page = Path(__file__).parents[2].joinpath("docs", "theory.md").read_text(encoding="utf-8")
    figures = set(re.findall(r"\d\.\d+", page))
    return lambda value, digits=3: f"{value:.{digits}f}" in figures
