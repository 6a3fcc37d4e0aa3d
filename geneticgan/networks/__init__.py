"""Generators and discriminators."""

from __future__ import annotations

import torch

from geneticgan.networks.contracts import (
    ARCHITECTURES,
    Architecture,
    Discriminator,
    Generator,
    create_architecture,
)
from geneticgan.networks.convolutional import Convolutional
from geneticgan.seeding import torch_seeded

__all__ = [
    "ARCHITECTURES",
    "Architecture",
    "Convolutional",
    "Discriminator",
    "Generator",
    "build_discriminator",
    "build_generator",
    "create_architecture",
]

CONVOLUTIONAL = Convolutional()


def build_generator(
    channels: int,
    size: int,
    classes: int,
    width: int,
    latent_dim: int,
    seed: int,
    architecture: Architecture = CONVOLUTIONAL,
) -> Generator:
    """Return a generator initialised by the seed, without changing torch's global random state.

    Its weights are in channels-last order, which makes convolutions faster on CPU and GPU.
    """
    with torch_seeded(seed):
        generator = architecture.generator(channels, size, classes, width, latent_dim)
    return generator.to(memory_format=torch.channels_last)


def build_discriminator(
    channels: int,
    size: int,
    classes: int,
    width: int,
    seed: int,
    architecture: Architecture = CONVOLUTIONAL,
    guide: bool = False,
    *,
    unfilled: bool = False,
) -> Discriminator:
    """Return a discriminator initialised by the seed; otherwise like `build_generator`.

    With ``guide`` it has a second class head; the other weights are the same. With ``unfilled``
    it does not look for pretrained weights, since all weights will be loaded from a file.
    """
    make = architecture.unfilled if unfilled else architecture.discriminator
    with torch_seeded(seed):
        discriminator = make(channels, size, classes, width)
        if guide:
            discriminator.add_guide()
    return discriminator.to(memory_format=torch.channels_last)
