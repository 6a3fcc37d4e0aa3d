"""What geneticgan does on the chain's states, with DEAP's own individuals and operators."""

import random

import numpy as np
from deap import base, tools

from geneticgan.annealing.algorithm import ea_annealing
from geneticgan.annealing.selection import sel_annealing


class Maximise(base.Fitness):
    weights = (1.0,)


class Bits(list):
    """A stock DEAP individual: a list of bits with a fitness."""

    def __init__(self, bits):
        super().__init__(bits)
        self.fitness = Maximise()

    @classmethod
    def of(cls, state, length):
        return cls(int(digit) for digit in format(state, f"0{length}b"))

    @property
    def state(self):
        return int("".join(map(str, self)), 2)


def flip_one(bits):
    """A DEAP mutation: flip one bit, each as likely."""
    position = random.randrange(len(bits))
    bits[position] = 1 - bits[position]
    return (bits,)


def search(fitness, schedule, select=sel_annealing, brood=1, flips=None, seed=0):
    """Return ``walk(g, g_b, generations)``, the states [g, g_b] after every generation.

    Bits are flipped independently with probability `flips`, or one of them if that is None. The
    walks of one search share its random numbers, so they are independent of each other.
    """
    random.seed(seed)  # DEAP's own operators draw from here
    length = len(fitness).bit_length() - 1
    toolbox = base.Toolbox()
    toolbox.register("clone", Bits)
    toolbox.register("evaluate", lambda bits: (fitness[bits.state],))
    toolbox.register("select", select, rng=np.random.default_rng(seed))
    if flips is None:
        toolbox.register("mutate", flip_one)
    else:
        toolbox.register("mutate", tools.mutFlipBit, indpb=flips)

    def walk(g, g_b, generations, hall=tools.HallOfFame):
        best_so_far = hall(1)
        before = Bits.of(g_b, length)
        before.fitness.values = toolbox.evaluate(before)
        best_so_far.update([before])
        states = []
        ea_annealing(
            [Bits.of(g, length)],
            toolbox,
            schedule,
            generations,
            halloffame=best_so_far,
            brood_size=brood,
            on_generation=lambda done: states.append(
                (done.survivors[0].state, best_so_far[0].state)
            ),
        )
        return states

    return walk
