"""The plugins of a run, made once."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from geneticgan.annealing.schedule import Schedule, create_schedule
from geneticgan.annealing.selection import Selection, create_selection
from geneticgan.config import TrainConfig
from geneticgan.gan.fitness import FitnessFunction, create_fitness
from geneticgan.gan.mutation import Mutation, create_mutations
from geneticgan.networks import Architecture, create_architecture
from geneticgan.training.device import resolve_device


@dataclass(frozen=True)
class Plugins:
    """The plugins of a config, created early so that mistakes show before any work is done.

    Attributes
    ----------
    mutations : tuple of Mutation
        The mutations, each of which makes one offspring per parent.
    schedule : Schedule
        The initial schedule; a run uses a copy, since a schedule may adapt.
    fitness, selection, architecture
        The other plugins of a run.
    device : torch.device
        The device of the run.
    """

    mutations: tuple[Mutation, ...]
    schedule: Schedule
    fitness: FitnessFunction
    selection: Selection
    architecture: Architecture
    device: torch.device


def make_plugins(config: TrainConfig) -> Plugins:
    """Make every plugin of a config.

    Raises
    ------
    PluginError
        If one is unknown, broken or refuses its options.
    ConfigError
        If the device cannot be used.
    """
    return Plugins(
        tuple(create_mutations(config.mutations)),
        create_schedule(config.schedule, T=config.T, alpha=config.alpha),
        create_fitness(config.fitness),
        create_selection(config.selection),
        create_architecture(config.architecture),
        resolve_device(config.device),
    )
