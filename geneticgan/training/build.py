"""Builds the machine of a config, for training and for the sampler alike."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from geneticgan.config import TrainConfig
from geneticgan.data.augmentation import Augmentation
from geneticgan.data.draws import Plan
from geneticgan.data.sampling import BatchSource, balancing_weights
from geneticgan.data.splits import Split
from geneticgan.errors import ConfigError
from geneticgan.gan.batch import BatchSampler, Labelled
from geneticgan.gan.discriminator import DiscriminatorTraining
from geneticgan.gan.fitness import Evaluator
from geneticgan.gan.forward import Forward
from geneticgan.gan.losses import DiscriminatorLoss, make_adversary, make_class_loss
from geneticgan.gan.machine import Machine
from geneticgan.gan.processes import ALONE, Processes
from geneticgan.networks import build_discriminator, build_generator
from geneticgan.recipes import class_guidance, generated_class_weighting
from geneticgan.seeding import numpy_stream
from geneticgan.training.model import Model, make_adam
from geneticgan.training.plugins import Plugins
from geneticgan.training.read_once import ReadOnce


@dataclass(frozen=True)
class RealImages:
    """The real images that a machine learns from.

    Attributes
    ----------
    draw : callable
        Maps a number to real images (B, C, H, W) and labels (B,), on the machine's device.
    counts : sequence of int
        The numbers of training images by class.
    draw_held_out : callable or None
        Like ``draw``, but of held-out images; None if there are none.
    positions : callable or None
        Maps a number to the positions of its images among all training images; None if unknown.
    """

    draw: Callable[[int], Labelled]
    counts: Sequence[int]
    draw_held_out: Callable[[int], Labelled] | None = None
    positions: Plan | None = None


def real_images(config: TrainConfig, split: Split, device: torch.device) -> RealImages:
    """Return the images of a split, drawn as a config says."""
    source = BatchSource(split.train, split.classes, config.seed, "real", device, config.images_on)
    draw_held_out = None
    if len(split.validation):
        held_out = BatchSource(split.validation, split.classes, config.seed, "held out", device)
        draw_held_out = held_out.balanced(config.batch_size)
    how = config.batch_size, config.drawing
    draw, positions = source.balanced(*how), source.positions(*how)
    return RealImages(draw, split.train_counts, draw_held_out, positions)


def check_machine(config: TrainConfig, plugins: Plugins, split: Split) -> None:
    """Build the networks once and discard them, so that errors show before a run is created.

    Raises
    ------
    GeneticGanError
        For whatever would fail at the start of the run.
    """
    channels, size = split.train.pixels.shape[1:3]
    classes, width, architecture = split.classes, config.width, plugins.architecture
    build_generator(channels, size, classes, width, config.latent_dim, 0, architecture)
    guide = class_guidance(config.class_guidance, classes) == "real"
    build_discriminator(channels, size, classes, width, 0, architecture, guide=guide)
    _check_fitness(plugins, len(split.validation) > 0)


def _check_fitness(plugins: Plugins, held_out: bool) -> None:
    if plugins.fitness.needs_held_out and not held_out:
        raise ConfigError(
            f"the fitness {type(plugins.fitness).__name__} needs held-out images; use a "
            "--validation-fraction above 0"
        )


def build_machine(
    config: TrainConfig,
    plugins: Plugins,
    model: Model,
    real: RealImages,
    processes: Processes = ALONE,
) -> Machine:
    """Build all parts of one run of Algorithm 1.

    Parameters
    ----------
    config : TrainConfig
        All options that are not plugins.
    plugins : Plugins
        The plugins that the config names.
    model : Model
        The networks; the machine changes them in place.
    real : RealImages
        The real images to learn from.
    processes : Processes
        The processes of the run.

    Raises
    ------
    ConfigError
        If the fitness needs held-out images and there are none.
    """
    discriminator = _discriminator(config, model, real.counts, processes)
    fitness = plugins.fitness
    _check_fitness(plugins, real.draw_held_out is not None)
    counts = torch.tensor(real.counts, dtype=torch.float32, device=discriminator.device)
    return Machine(
        model.population,
        discriminator,
        Evaluator(fitness, discriminator, counts),
        BatchSampler(
            draw_real=real.draw,
            latent_dim=model.generators[0].latent_dim,
            classes=len(real.counts),
            batch_size=config.batch_size,
            seed=config.seed,
            like=discriminator.parameters[0],
            augmentation=Augmentation(config.augmentation, config.seed),
            draw_held_out=real.draw_held_out if fitness.needs_held_out else None,
            read_real=_read_real(discriminator, real, config),
            offspring_steps=config.offspring_steps,
            fitness_batches=config.fitness_batches,
            critic_steps=config.critic_steps,
        ),
        plugins.mutations,
        plugins.selection,
        copy.deepcopy(plugins.schedule),  # it may adapt
        numpy_stream(config.seed, "metropolis"),
    )


def _read_real(
    discriminator: DiscriminatorTraining, real: RealImages, config: TrainConfig
) -> ReadOnce | None:
    """Return what looks up real images that nothing changes, if reading them needs no training."""
    frozen = getattr(discriminator.module, "reads_frozen", False)
    if not frozen or real.positions is None or Augmentation(config.augmentation, 0).changes:
        return None
    return ReadOnce(discriminator.forward.read, real.positions, sum(real.counts))


def _discriminator(
    config: TrainConfig, model: Model, counts: Sequence[int], processes: Processes
) -> DiscriminatorTraining:
    module, device = model.discriminator, model.device
    augmentation = Augmentation(config.augmentation, config.seed)
    weights = balancing_weights(counts, config.drawing)
    loss = DiscriminatorLoss(
        adversary=make_adversary(config.adversary, config.clip),
        source_weight=config.source_weight,
        generated_class_weight=config.generated_class_weight,
        weighting=generated_class_weighting(config.generated_class_weighting, len(counts)),
        class_weights=None if weights is None else weights.to(device),
        class_loss=make_class_loss(config.class_loss, config.tau, counts, config.drawing, device),
    )
    return DiscriminatorTraining(
        module,
        make_adam(module.parameters(), model.rates.of_discriminator, config.weight_decay),
        Forward(module, config.seed, config.precision, augmentation, processes),
        loss,
        config.source_weight * config.gradient_penalty,
        config.seed,
    )
