"""The networks of a run, built from its config or loaded from its checkpoint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import torch

from geneticgan.config import TrainConfig
from geneticgan.data.splits import Split
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.networks import (
    Architecture,
    Discriminator,
    Generator,
    build_discriminator,
    build_generator,
    create_architecture,
)
from geneticgan.recipes import class_guidance
from geneticgan.seeding import numpy_stream
from geneticgan.training.checkpoint import Checkpoint
from geneticgan.training.device import resolve_device
from geneticgan.training.rates import FullRates, full_rates
from geneticgan.training.run_folder import RunFolder

BETAS = (0.5, 0.999)
"""The betas of Adam, as in the authors' published code."""


def make_adam(
    parameters: Iterable[torch.nn.Parameter], lr: float, weight_decay: float = 0.0
) -> torch.optim.Adam:
    """Return the optimizer of a network's parameters, except frozen ones.

    Weight decay is decoupled (AdamW, Loshchilov and Hutter 2019); without it, this is Adam.
    """
    trained = [parameter for parameter in parameters if parameter.requires_grad]
    # A CUDA graph can capture a step only if its counter is on the device, and the learning rate
    # can change between replays only if it is there too.
    on_cuda = trained[0].is_cuda
    rate = torch.tensor(lr, device=trained[0].device) if on_cuda else lr
    return torch.optim.AdamW(
        trained, lr=rate, betas=BETAS, weight_decay=weight_decay, fused=True, capturable=on_cuda
    )


@dataclass
class Model:
    """The networks of a run.

    Attributes
    ----------
    population : list of GeneratorIndividual
        The survivors.
    discriminator : Discriminator
        Its class head is the paper's classifier (protocol ``head``).
    device : torch.device
        The device of all networks.
    rates : FullRates
        The learning rates that they are trained with, before the schedule.
    """

    population: list[GeneratorIndividual]
    discriminator: Discriminator
    device: torch.device
    rates: FullRates

    @property
    def generators(self) -> list[Generator]:
        """The modules of the population."""
        return [individual.module for individual in self.population]  # type: ignore[misc]


def build_model(
    config: TrainConfig,
    split: Split,
    architecture: Architecture | None = None,
    *,
    unfilled: bool = False,
) -> Model:
    """Initialise networks for a data set with the config's seed.

    The architecture is made from the config if it is not given. An ``unfilled`` model gets its
    weights from a checkpoint later, so no pretrained weights are loaded.
    """
    device = resolve_device(config.device)
    channels, size = split.train.pixels.shape[1:3]
    seeds = numpy_stream(config.seed, "initial weights").integers(2**31, size=1 + config.population)
    architecture = architecture or create_architecture(config.architecture)
    rates = full_rates(config, architecture.learning_rate)
    optimizer = partial(make_adam, lr=rates.of_generators)
    population = [
        GeneratorIndividual(
            build_generator(
                channels,
                size,
                split.classes,
                config.width,
                config.latent_dim,
                int(seed),
                architecture,
            ).to(device),
            optimizer,
            (1.0, config.lambda_),
        )
        for seed in seeds[1:]
    ]
    discriminator = build_discriminator(
        channels,
        size,
        split.classes,
        config.width,
        int(seeds[0]),
        architecture,
        guide=class_guidance(config.class_guidance, split.classes) == "real",
        unfilled=unfilled,
    )
    return Model(population, discriminator.to(device), device, rates)


def load_model(config: TrainConfig, split: Split, folder: RunFolder) -> Model:
    """Load the networks of a run from its checkpoint; raises `RunError` if there is none."""
    model = build_model(config, split, unfilled=True)
    Checkpoint(folder.checkpoint).load(model.population, model.discriminator)
    return model
