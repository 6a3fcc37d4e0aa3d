"""The least memory that a run needs, checked before its folder is created."""

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
"""The number of bytes of a float32."""

GROWING = (
    *("width", "latent_dim", "batch_size", "population", "offspring_steps", "fitness_batches"),
    "critic_steps",
)
"""Options that increase the memory."""

USUAL = 4
"""The multiple of its default up to which such an option is not checked."""

MOST = 2**31
"""A value of such an option that fits into no machine."""


def check_memory(
    config: TrainConfig, shape: tuple[int, int], classes: int, device: torch.device, *, gan: bool
) -> None:
    """Raise `ConfigError` if a run cannot fit into memory; the message names the option at fault.

    Only weights, optimizers, a batch and its features are counted. A run needs more, so one that
    passes may still not fit.

    Parameters
    ----------
    config : TrainConfig
        The config of the run.
    shape : tuple of int
        The number of channels, and the height or width, of the images.
    classes : int
        The number of classes.
    device : torch.device
        The device to run on.
    gan : bool
        Whether generators are trained, or only a classifier.
    """
    if all(getattr(config, n) <= USUAL * OPTIONS[n].default for n in GROWING):
        return  # constructing networks takes a second, and these fit anywhere
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
        f"and their computations on a batch need at least {amount}, but there are only "
        f"{there / 2**30:.3g} GiB; lower it"
    )


def least_bytes(
    config: TrainConfig, shape: tuple[int, int], classes: int, *, gan: bool = True
) -> float:
    """Return a lower bound of a run's memory in bytes; parameters as for `check_memory`.

    Networks of a plugin that cannot be built on the meta device are not counted.
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
            # A batch of real images for each step, and the features of one batch.
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
    """Return the memory in bytes available to a process on a device; inf if unknown."""
    if device.type == "cuda":
        return float(torch.cuda.get_device_properties(device).total_memory)
    return total_memory()


def _weights(network: Discriminator | Generator) -> int:
    return sum(weight.numel() for weight in network.parameters())
