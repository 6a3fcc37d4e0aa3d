"""The network of every classifier: the discriminator with its class head."""

from __future__ import annotations

import torch

from geneticgan.config import TrainConfig
from geneticgan.data.splits import Split
from geneticgan.networks import Discriminator, build_discriminator, create_architecture
from geneticgan.seeding import numpy_stream


def build_classifier(
    split: Split, config: TrainConfig, device: torch.device, *, unfilled: bool = False
) -> Discriminator:
    """Return the classifier network before training, the same for all methods with the same seed.

    If it is ``unfilled``, all its weights are to be loaded from a file.
    """
    channels, size = split.train.pixels.shape[1:3]
    seed = int(numpy_stream(config.seed, "classifier weights").integers(2**31))
    architecture = create_architecture(config.architecture)
    network = build_discriminator(
        channels, size, split.classes, config.width, seed, architecture, unfilled=unfilled
    )
    return network.to(device)
