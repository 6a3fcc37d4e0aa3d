"""The 0-1 knapsack: five parents, each with a brood of its own, and DEAP's penalty."""

import random

import numpy as np
from deap import base, creator, tools

from geneticgan import ea_annealing, sel_annealing
from geneticgan_plugins.schedules.linear import Linear

ITEMS = 60
_draw = np.random.default_rng(60)  # the instance; main's seed is the search's
WEIGHTS = _draw.integers(1, 101, ITEMS).tolist()
VALUES = _draw.integers(1, 101, ITEMS).tolist()
CAPACITY = sum(WEIGHTS) // 2

creator.create("FitnessMax", base.Fitness, weights=(1.0,))
creator.create("Individual", list, fitness=creator.FitnessMax)


def weight(individual):
    """Return what the packed items weigh."""
    return sum(w for w, packed in zip(WEIGHTS, individual, strict=True) if packed)


def value(individual):
    """Return what the packed items are worth, as DEAP's tuple."""
    return (sum(v for v, packed in zip(VALUES, individual, strict=True) if packed),)


def optimum():
    """Return the greatest value that fits, by dynamic programming."""
    best = [0] * (CAPACITY + 1)
    for w, v in zip(WEIGHTS, VALUES, strict=True):
        for room in range(CAPACITY, w - 1, -1):
            best[room] = max(best[room], best[room - w] + v)
    return best[CAPACITY]


toolbox = base.Toolbox()
toolbox.register("bit", random.randint, 0, 1)
toolbox.register("individual", tools.initRepeat, creator.Individual, toolbox.bit, n=ITEMS)
toolbox.register("evaluate", value)
toolbox.decorate(  # what is too heavy is worth minus its excess
    "evaluate",
    tools.DeltaPenalty(
        lambda individual: weight(individual) <= CAPACITY,
        0,
        lambda individual: weight(individual) - CAPACITY,
    ),
)
toolbox.register("mutate", tools.mutFlipBit, indpb=2 / ITEMS)


def main(seed):
    """Return the best value as a share of the optimum; 9005 evaluations."""
    random.seed(seed)  # DEAP's operators draw from the global generator
    toolbox.register("select", sel_annealing, rng=np.random.default_rng(seed))
    best = tools.HallOfFame(1)
    population = [toolbox.individual() for _ in range(5)]
    ea_annealing(population, toolbox, Linear(T=60, period=600), 600, None, best, brood_size=3)
    return best[0].fitness.values[0] / optimum()


if __name__ == "__main__":
    print(f"best: {100 * main(seed=0):.2f}% of the optimum")
