"""A world of random images, small enough for a test to live in."""

from __future__ import annotations

from functools import partial

import torch

from geneticgan.gan.batch import Batch
from geneticgan.gan.discriminator import DiscriminatorEnvironment
from geneticgan.gan.fitness import FitnessFunction
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.networks import build_discriminator, build_generator

CLASSES, LATENT, BATCH, SIZE, WIDTH = 3, 4, 9, 8, 2


def draw(number: int) -> Batch:
    """Return batch n: images (9, 1, 8, 8) in [-1, 1], and labels of every class."""
    rng = torch.Generator().manual_seed(number)
    images = torch.rand((BATCH, 1, SIZE, SIZE), generator=rng) * 2 - 1
    return images, torch.arange(BATCH) % CLASSES


def make_world(fitness: FitnessFunction | None = None) -> DiscriminatorEnvironment:
    """Return a discriminator's environment that observes generation 0."""
    discriminator = build_discriminator(1, SIZE, CLASSES, WIDTH, seed=1)
    world = DiscriminatorEnvironment(
        discriminator,
        torch.optim.Adam(discriminator.parameters(), lr=1e-2, betas=(0.5, 0.999)),
        draw,
        LATENT,
        CLASSES,
        BATCH,
        seed=0,
        fitness=fitness,
        class_counts=(30, 10, 3),
        draw_held_out=lambda number: draw(number + 1000),
    )
    world.observe(0)
    return world


def make_parent() -> GeneratorIndividual:
    """Return a generator of that world."""
    module = build_generator(1, SIZE, CLASSES, WIDTH, LATENT, seed=0)
    return GeneratorIndividual(module, partial(torch.optim.Adam, lr=1e-2, betas=(0.5, 0.999)))
