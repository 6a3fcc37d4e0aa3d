"""The network of every classifier: the discriminator's, with its class head."""

from __future__ import annotations

import torch

from geneticgan.config import TrainConfig
from geneticgan.data.splits import Split
from geneticgan.networks import Discriminator, build_discriminator, create_architecture
from geneticgan.seeding import numpy_stream


def build_classifier(
    split: Split, config: TrainConfig, device: torch.device, *, unfilled: bool = False
) -> Discriminator:
    """Return the classifier network before training; the same start for every method of a seed.

    One that is ``unfilled`` gets all its weights from a file next.
    """
    channels, size = split.train.pixels.shape[1:3]
    seed = int(numpy_stream(config.seed, "classifier weights").integers(2**31))
    architecture = create_architecture(config.architecture)
    network = build_discriminator(
        channels, size, split.classes, config.width, seed, architecture, unfilled=unfilled
    )
    return network.to(device)
