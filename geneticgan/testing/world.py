"""A run on random images, small enough for tests."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import torch

from geneticgan.annealing.schedule import Schedule
from geneticgan.annealing.selection import Annealing, Selection
from geneticgan.data.augmentation import Augmentation
from geneticgan.gan.batch import BatchSampler, Labelled
from geneticgan.gan.discriminator import DiscriminatorTraining
from geneticgan.gan.fitness import Evaluator, FitnessFunction, PaperFitness
from geneticgan.gan.forward import Forward
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.gan.machine import Machine
from geneticgan.gan.mutation import Mutation
from geneticgan.networks import build_discriminator, build_generator

CLASSES, LATENT, BATCH, SIZE, WIDTH = 3, 4, 9, 8, 2


adam = partial(torch.optim.Adam, lr=1e-2, betas=(0.5, 0.999), fused=True)


class Cold(Schedule):
    """A constant temperature of 1."""

    def temperature(self, generation: int) -> float:
        """Return 1."""
        return 1.0


def draw(number: int) -> Labelled:
    """Return batch n: images (9, 1, 8, 8) in [-1, 1], and labels of every class."""
    rng = torch.Generator().manual_seed(number)
    images = torch.rand((BATCH, 1, SIZE, SIZE), generator=rng) * 2 - 1
    return images, torch.arange(BATCH) % CLASSES


def make_world(
    mutations: Sequence[Mutation] = (),
    fitness: FitnessFunction | None = None,
    selection: Selection | None = None,
) -> Machine:
    """Return the machine of a small run on random images, with one parent."""
    module = build_discriminator(1, SIZE, CLASSES, WIDTH, seed=1)
    optimizer = adam(module.parameters())
    none = Augmentation("none", 0)
    discriminator = DiscriminatorTraining(module, optimizer, Forward(module, 0, "float32", none))
    counts = torch.tensor([30.0, 10.0, 3.0])
    return Machine(
        [make_parent()],
        discriminator,
        Evaluator(fitness or PaperFitness(), discriminator, counts),
        BatchSampler(
            draw_real=draw,
            latent_dim=LATENT,
            classes=CLASSES,
            batch_size=BATCH,
            seed=0,
            like=discriminator.parameters[0],
            augmentation=none,
            draw_held_out=lambda number: draw(number + 1000),
        ),
        mutations,
        selection or Annealing(),
        Cold(),
        np.random.default_rng(0),
    )


def make_parent() -> GeneratorIndividual:
    """Return a generator for that run."""
    module = build_generator(1, SIZE, CLASSES, WIDTH, LATENT, seed=0)
    return GeneratorIndividual(module, adam)
