"""The plugin groups of the toolkit and the contract that each of them keeps."""

from __future__ import annotations

from typing import Any

from geneticgan.annealing.schedule import Schedule
from geneticgan.annealing.selection import Selection
from geneticgan.data.dataset import Dataset
from geneticgan.gan.fitness import FitnessFunction
from geneticgan.gan.mutation import Mutation
from geneticgan.networks import Architecture
from geneticgan.registry import PluginGroup, parse_specs

# The contracts are abstract on purpose: a group checks plugins against them, it makes none.
MUTATIONS = PluginGroup("geneticgan.mutations", Mutation, "mutation")  # type: ignore[type-abstract]
SCHEDULES = PluginGroup("geneticgan.schedules", Schedule, "schedule")  # type: ignore[type-abstract]
DATASETS = PluginGroup("geneticgan.datasets", Dataset, "data set")  # type: ignore[type-abstract]

FITNESS = PluginGroup("geneticgan.fitness", FitnessFunction, "fitness")  # type: ignore[type-abstract]
SELECTIONS = PluginGroup("geneticgan.selections", Selection, "selection")  # type: ignore[type-abstract]
ARCHITECTURES = PluginGroup("geneticgan.architectures", Architecture, "architecture")  # type: ignore[type-abstract]

GROUPS: tuple[PluginGroup[Any], ...] = (
    MUTATIONS,
    SCHEDULES,
    FITNESS,
    SELECTIONS,
    ARCHITECTURES,
    DATASETS,
)


def create_mutations(text: str) -> list[Mutation]:
    """Make the mutations of a list such as ``minimax,nonsat,lsgan:b=0.9``, in its order.

    Raises
    ------
    PluginError
        As `PluginGroup.create` and `parse_specs`.
    """
    mutations = []
    for spec in parse_specs(text):
        mutation = MUTATIONS.create(spec)
        mutation.label = str(spec)
        mutations.append(mutation)
    return mutations


def create_schedule(text: str, **values: float | None) -> Schedule:
    """Make a schedule such as ``linear:T=10,period=500``; values that are None are left out."""
    (spec,) = parse_specs(text)
    return SCHEDULES.create(spec, **{k: v for k, v in values.items() if v is not None})


def create_fitness(text: str) -> FitnessFunction:
    """Make a fitness function such as ``paper``."""
    (spec,) = parse_specs(text)
    return FITNESS.create(spec)


def create_selection(text: str) -> Selection:
    """Make a selection such as ``annealing``."""
    (spec,) = parse_specs(text)
    return SELECTIONS.create(spec)


def create_architecture(text: str) -> Architecture:
    """Make an architecture such as ``convolutional``."""
    (spec,) = parse_specs(text)
    return ARCHITECTURES.create(spec)


def create_dataset(text: str, **values: str | int | None) -> Dataset:
    """Make a data set such as ``folder:grayscale=true``; values that are None are left out."""
    (spec,) = parse_specs(text)
    return DATASETS.create(spec, **{k: v for k, v in values.items() if v is not None})
