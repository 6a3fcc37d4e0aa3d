"""Everything that one run of Algorithm 1 is made of, by name."""

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
    """The parts of a run; however a generation is computed, it is made of these.

    Attributes
    ----------
    population : list of GeneratorIndividual
        The survivors of the last generation; changed in place.
    discriminator : DiscriminatorTraining
        What they are evaluated by.
    evaluator : Evaluator
        The fitness function.
    batches : BatchSampler
        Draws what a generation meets.
    mutations : sequence of Mutation
        One offspring of each parent for each of them.
    selection : Selection
        Who survives.
    schedule : Schedule
        The temperature of each generation.
    rng : numpy.random.Generator
        Of the selection.
    set_rates : callable
        Called before a generation with its number and the individuals whose optimizers step in
        it, or lend their settings to those that do.
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
