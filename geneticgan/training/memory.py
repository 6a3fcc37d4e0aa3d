"""What a run needs in memory at the least, told before there is a folder."""

from __future__ import annotations

import math
from dataclasses import replace

import torch

from geneticgan.config import OPTIONS, TrainConfig
from geneticgan.errors import ConfigError
from geneticgan.memory import total_memory
from geneticgan.networks import Discriminator, Generator, create_architecture
from geneticgan.specs import parse_specs

FLOAT = 4
"""Bytes of a number."""

GROWING = (
    *("width", "latent_dim", "batch_size", "population", "offspring_steps", "fitness_batches"),
    "critic_steps",
)
"""Options that memory grows with."""

USUAL = 4
"""Times its default up to which such an option is not looked at."""

MOST = 2**31
"""A value of such an option that no machine has room for."""


def check_memory(
    config: TrainConfig, shape: tuple[int, int], classes: int, device: torch.device, *, gan: bool
) -> None:
    """Raise `ConfigError` if a run cannot fit into a machine's memory, naming what is too large.

    Weights, optimizers, a batch and its features are counted; a run needs more than that, so that
    what passes may still not fit.

    Parameters
    ----------
    config : TrainConfig
        Of the run.
    shape : tuple of int
        Channels, and height or width, of the images.
    classes : int
        How many labels there are.
    device : torch.device
        Where it runs.
    gan : bool
        Whether generators are trained, or a classifier alone.
    """
    if all(getattr(config, n) <= USUAL * OPTIONS[n].default for n in GROWING):
        return  # laying out networks costs a second, and these fit anywhere
    there = available(device)
    needed = least_bytes(config, shape, classes, gan=gan)
    if needed <= there:
        return
    begun = {name: OPTIONS[name].default for name in GROWING}
    large = {n: v for n, v in begun.items() if getattr(config, n) > v} or begun
    rest = {
        name: least_bytes(replace(config, **{name: value}), shape, classes, gan=gan)
        for name, value in large.items()
    }
    name = min(rest, key=rest.__getitem__)
    amount = "more than any machine has" if math.isinf(needed) else f"{needed / 2**30:.3g} GiB"
    raise ConfigError(
        f"{OPTIONS[name].spelled} {getattr(config, name)} is too large: the networks of this run "
        f"and what they compute on a batch need at least {amount}, and there are "
        f"{there / 2**30:.3g} GiB; lower it"
    )


def least_bytes(
    config: TrainConfig, shape: tuple[int, int], classes: int, *, gan: bool = True
) -> float:
    """Return a number of bytes that a run cannot do without; parameters as for `check_memory`.

    Where a plugin's networks cannot be laid out without being made, they are not counted.
    """
    if any(getattr(config, name) >= MOST for name in GROWING):
        return math.inf
    channels, size = shape
    try:
        with torch.device("meta"), torch.no_grad():
            architecture = create_architecture(config.architecture)
            judge = architecture.discriminator(channels, size, classes, config.width)
            # Weights, gradients, and Adam's two means of them.
            total = 4 * _weights(judge)
            # A batch of real images for each step, and what the last layer makes of one.
            image = channels * size**2
            total += config.batch_size * (image * config.critic_steps + judge.features)
            if gan:
                maker = architecture.generator(
                    channels, size, classes, config.width, config.latent_dim
                )
                offspring = len(parse_specs(config.mutations)) + 1
                total += 3 * _weights(maker) * config.population * offspring
                draws = max(config.offspring_steps, config.fitness_batches)
                total += config.batch_size * (image + config.latent_dim * draws)
    except RuntimeError as error:
        return math.inf if "overflow" in str(error).lower() else 0
    except (NotImplementedError, TypeError, ValueError):
        return 0
    return float(FLOAT * total)


def available(device: torch.device) -> float:
    """Return the bytes of memory that a process may have on a device; inf if it is not known."""
    if device.type == "cuda":
        return float(torch.cuda.get_device_properties(device).total_memory)
    return total_memory()


def _weights(network: Discriminator | Generator) -> int:
    return sum(weight.numel() for weight in network.parameters())
