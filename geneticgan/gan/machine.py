"""The parts that one run of Algorithm 1 is made of, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from geneticgan.annealing.schedule import Schedule
from geneticgan.annealing.selection import Selection
from geneticgan.gan.batch import BatchSampler
from geneticgan.gan.discriminator import DiscriminatorTraining
from geneticgan.gan.fitness import Evaluator
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.gan.mutation import Mutation

SetRates = Callable[[int, Sequence[GeneratorIndividual]], None]
"""Sets learning rates before a generation, given its number and individuals."""


def leave_rates(generation: int, individuals: Sequence[GeneratorIndividual]) -> None:
    """Leave the learning rates as they are."""


@dataclass
class Machine:
    """The parts of a run, the same for every way of computing a generation.

    Attributes
    ----------
    population : list of GeneratorIndividual
        The survivors of the last generation; changed in place.
    discriminator : DiscriminatorTraining
        The discriminator that evaluates them.
    evaluator : Evaluator
        The fitness function.
    batches : BatchSampler
        Draws the batches of a generation.
    mutations : sequence of Mutation
        The mutations, each of which makes one offspring of each parent.
    selection : Selection
        Chooses the survivors.
    schedule : Schedule
        The temperature of each generation.
    rng : numpy.random.Generator
        The selection's random generator.
    set_rates : callable
        Called before a generation with its number and the individuals whose optimizers take a
        step in it, or whose optimizer settings the offspring inherit.
    """

    population: list[GeneratorIndividual]
    discriminator: DiscriminatorTraining
    evaluator: Evaluator
    batches: BatchSampler
    mutations: Sequence[Mutation]
    selection: Selection
    schedule: Schedule
    rng: np.random.Generator
    set_rates: SetRates = leave_rates
