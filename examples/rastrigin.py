"""Rastrigin's function of 10 real numbers: annealing with crossover, by a breeding of one's own."""

import random

import numpy as np
from deap import base, benchmarks, tools

from geneticgan import create_schedule, ea_annealing, sel_annealing

DIMENSIONS = 10


class Minimise(base.Fitness):
    """The smaller, the better."""

    weights = (-1.0,)


class Point(list):
    """A plain subclass will do; DEAP's creator makes the same."""

    def __init__(self, values):
        super().__init__(values)
        self.fitness = Minimise()


def breed(parents):
    """Cross every parent with another one, mutate, and yield the child: it is the parent's."""
    for parent in parents:
        child = toolbox.clone(parent)  # and with it the lineage, which says whose place is at stake
        if random.random() < 0.5:  # noqa: S311  # no secret
            child, _ = tools.cxTwoPoint(child, toolbox.clone(random.choice(parents)))  # noqa: S311
        (child,) = toolbox.mutate(child)
        del child.fitness.values
        yield child


toolbox = base.Toolbox()
toolbox.register("number", random.uniform, -5.12, 5.12)
toolbox.register("individual", tools.initRepeat, Point, toolbox.number, n=DIMENSIONS)
toolbox.register("evaluate", benchmarks.rastrigin)
toolbox.register("mutate", tools.mutGaussian, mu=0, sigma=0.7, indpb=1 / DIMENSIONS)
toolbox.register("breed", breed)


def main(seed):
    """Return the least value found; 6006 evaluations."""
    random.seed(seed)  # DEAP's operators draw from the global generator
    toolbox.register("select", sel_annealing, rng=np.random.default_rng(seed))
    best = tools.HallOfFame(1)
    population = [toolbox.individual() for _ in range(6)]
    schedule = create_schedule("adaptive:T=10,target=0.6,period=500")  # finds its own temperature
    ea_annealing(population, toolbox, schedule, 1000, halloffame=best)
    return best[0].fitness.values[0]


if __name__ == "__main__":
    print(f"best: {main(seed=0):.4f}; the nearest local optimum is 0.995")
