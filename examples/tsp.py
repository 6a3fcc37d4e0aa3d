"""A travelling salesman in 40 cities: two mutations, as the generators of a GAN have losses."""

import random
from functools import partial

import numpy as np
from deap import base, creator, tools

from geneticgan import ea_annealing, sel_annealing
from geneticgan_plugins.schedules.exponential import Exponential

CITIES = 40
PLACES = np.random.default_rng(40).uniform(0, 1000, (CITIES, 2))  # main's seed is the search's
APART = np.linalg.norm(PLACES[:, None] - PLACES[None], axis=2)
DISTANCES = np.floor(APART + 0.5).astype(int).tolist()  # EUC_2D of TSPLIB: the nearest integer

creator.create("FitnessMin", base.Fitness, weights=(-1.0,))
creator.create("Tour", list, fitness=creator.FitnessMin)


def length(tour):
    """Return the length of a closed tour, as DEAP's tuple."""
    return (sum(DISTANCES[a][b] for a, b in zip(tour, tour[1:] + tour[:1], strict=True)),)


toolbox = base.Toolbox()
toolbox.register("order", random.sample, range(CITIES), CITIES)
toolbox.register("individual", tools.initIterate, creator.Tour, toolbox.order)
toolbox.register("evaluate", length)
# Every generation bears one offspring by each of these, and the better one is the candidate.
toolbox.mutations = [
    tools.mutInversion,
    partial(tools.mutShuffleIndexes, indpb=1 / CITIES),
]


def main(seed):
    """Return the length of the shortest tour found; 12,001 evaluations."""
    random.seed(seed)  # DEAP's operators draw from the global generator
    toolbox.register("select", sel_annealing, rng=np.random.default_rng(seed))
    best = tools.HallOfFame(1)
    schedule = Exponential(T=200, alpha=0.999)  # in units of length
    ea_annealing([toolbox.individual()], toolbox, schedule, 6000, halloffame=best)
    return int(best[0].fitness.values[0])


if __name__ == "__main__":
    print(f"best: a tour of length {main(seed=0)} through {CITIES} cities")
