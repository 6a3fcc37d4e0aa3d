"""Plugins of other packages are tried in small before a run is created."""

from __future__ import annotations

import copy
from typing import Any

from geneticgan.annealing.schedule import SCHEDULES
from geneticgan.annealing.selection import SELECTIONS
from geneticgan.errors import PluginError
from geneticgan.gan.fitness import FITNESS
from geneticgan.gan.mutation import MUTATIONS
from geneticgan.networks.contracts import ARCHITECTURES
from geneticgan.registry import PluginGroup
from geneticgan.training.plugins import Plugins

OWN = "geneticgan"
"""The package whose plugins are tested where they are made."""

CHEAP = {
    MUTATIONS.group: ("test_the_loss_is_a_finite_scalar",),
    SCHEDULES.group: ("test_temperatures_are_never_negative_and_never_nan",),
    FITNESS.group: ("test_it_gives_two_finite_scalars",),
    SELECTIONS.group: ("test_it_returns_as_many_as_there_were_parents",),
    ARCHITECTURES.group: (
        "test_images_have_the_shape_and_range_that_is_asked_for",
        "test_the_output_has_both_heads",
    ),
}
"""The tests of each contract that take no time and without which no run can succeed."""


def rehearse(plugins: Plugins, channels: int, size: int) -> None:
    """Run the cheap part of the contract tests on the plugins of other packages.

    Parameters
    ----------
    plugins : Plugins
        The plugins of a run.
    channels, size : int
        The shape of its images.

    Raises
    ------
    PluginError
        If one fails; the message names it and its package.
    Exception
        Whatever a plugin raises.
    """
    tried: list[tuple[PluginGroup[Any], Any]] = [(MUTATIONS, each) for each in plugins.mutations]
    tried += [(SCHEDULES, plugins.schedule), (FITNESS, plugins.fitness)]
    tried += [(SELECTIONS, plugins.selection), (ARCHITECTURES, plugins.architecture)]
    for group, plugin in tried:
        found = group.found(plugin)
        if found is not None and found.package != OWN:
            _try(group, plugin, found.name, ((channels, size),))


def _try(
    group: PluginGroup[Any], plugin: object, name: str, shapes: tuple[tuple[int, int], ...]
) -> None:
    from geneticgan.testing import CONTRACTS  # takes a second, which few runs need

    content = {"make": lambda _: copy.deepcopy(plugin), "shapes": shapes}
    suite = type("Suite", (CONTRACTS[group.group],), content)
    for test in CHEAP[group.group]:
        try:
            getattr(suite(), test)()
        except AssertionError as error:
            raise PluginError(
                f"{group.described(plugin)}: {error}; tell its author, or see all that is wrong "
                f"by: geneticgan plugins check {name}"
            ) from error
