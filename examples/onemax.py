"""OneMax: as many ones among 100 bits as possible, by one parent and a brood of four."""

import random

import numpy as np
from deap import base, creator, tools

from geneticgan import create_schedule, ea_annealing, sel_annealing

BITS = 100

creator.create("FitnessMax", base.Fitness, weights=(1.0,))
creator.create("Individual", list, fitness=creator.FitnessMax)

toolbox = base.Toolbox()
toolbox.register("bit", random.randint, 0, 1)
toolbox.register("individual", tools.initRepeat, creator.Individual, toolbox.bit, n=BITS)
toolbox.register("evaluate", lambda individual: (sum(individual),))
toolbox.register("mutate", tools.mutFlipBit, indpb=1 / BITS)


def main(seed):
    """Return the number of ones of the best individual; 2401 evaluations."""
    random.seed(seed)  # DEAP's operators draw from the global generator
    toolbox.register("select", sel_annealing, rng=np.random.default_rng(seed))

    statistics = tools.Statistics(lambda individual: individual.fitness.values[0])
    statistics.register("ones", max)
    best = tools.HallOfFame(1)
    schedule = create_schedule("exponential:T=2,alpha=0.99")  # a plugin, by its name
    _, logbook = ea_annealing(
        [toolbox.individual()], toolbox, schedule, 600, statistics, best, brood_size=4
    )
    for record in logbook[::100]:
        print(f"generation {record['gen']}: T = {record['temperature']:.3f}, {record['ones']:.0f}")
    return int(best[0].fitness.values[0])


if __name__ == "__main__":
    print(f"best: {main(seed=0)} of {BITS} bits are one")
