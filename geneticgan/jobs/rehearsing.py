"""Plugins of other packages are tried in small before anything is written."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterable, Sequence

from geneticgan.annealing.schedule import SCHEDULES
from geneticgan.annealing.selection import SELECTIONS
from geneticgan.benchmark.cell import Cell
from geneticgan.config import TrainConfig
from geneticgan.data.splits import Split
from geneticgan.errors import GeneticGanError, PluginError
from geneticgan.foreign import Made, collected, failed, wrong
from geneticgan.gan.fitness import FITNESS
from geneticgan.gan.mutation import MUTATIONS
from geneticgan.methods.catalogue import METHODS
from geneticgan.methods.of_run import method_of
from geneticgan.networks.backbones.contract import BACKBONES
from geneticgan.networks.contracts import ARCHITECTURES
from geneticgan.protocols.catalogue import PROTOCOLS, create_protocol
from geneticgan.training.interrupt import Interrupted
from geneticgan.training.plugins import make_plugins
from geneticgan.training.setup import load_parts

CHEAP = {
    MUTATIONS.group: ("test_the_loss_is_a_finite_scalar",),
    SCHEDULES.group: ("test_temperatures_are_never_negative_and_never_nan",),
    FITNESS.group: ("test_it_gives_two_finite_scalars",),
    SELECTIONS.group: ("test_it_returns_as_many_as_there_were_parents",),
    BACKBONES.group: ("test_images_of_any_kind_become_finite_features",),
    ARCHITECTURES.group: (
        "test_images_have_the_shape_and_range_that_is_asked_for",
        "test_the_output_has_both_heads",
    ),
    METHODS.group: ("test_it_has_a_title_for_tables", "test_it_classifies_images_of_any_number"),
    PROTOCOLS.group: (
        "test_every_image_is_scored_once",
        "test_a_method_that_generates_nothing_is_no_error",
    ),
}
"""The tests of each contract that take no time and without which no run can succeed.

Data sets and imbalances are tested whenever images are loaded; see `geneticgan.data.loaded`.
"""


UNKNOWN = (1, 28)
"""The shape of images that are on other machines only."""


def rehearse(
    configs: Iterable[TrainConfig], shape: tuple[int, int], protocols: Iterable[str] = ()
) -> None:
    """Make all plugins, and run the cheap part of the contract tests on other packages' ones.

    Parameters
    ----------
    configs : iterable of TrainConfig
        The configs of the trainings.
    shape : (channels, size)
        The shape of their images.
    protocols : iterable of str
        The specs of the protocols that evaluate them.

    Raises
    ------
    PluginError
        If a plugin fails; the message names it and its package.
    GeneticGanError
        If a plugin cannot be made.
    """
    try_all(_foreign(configs, protocols), shape)


def _foreign(configs: Iterable[TrainConfig], protocols: Iterable[str]) -> list[Made]:
    """Make all plugins of trainings, and return those of other packages."""
    with collected() as made:
        for config in configs:
            own = method_of(config)
            make_plugins(dataclasses.replace(own.core or own.config, device="cpu"))
        for protocol in protocols:
            create_protocol(protocol)
    return made


def try_all(made: Iterable[Made], shape: tuple[int, int]) -> None:
    """Run the cheap part of the contract tests on plugins; raises `PluginError` as `rehearse`."""
    for each in made:
        _try(each, shape)


def rehearse_cells(cells: Sequence[Cell], *, here: bool) -> None:
    """Try what the cells of a grid need, before its folder is made.

    Parameters
    ----------
    cells : sequence of Cell
        The grid.
    here : bool
        Whether the cells run on this machine, so that their images have to be here; they are then
        loaded once for each data set and imbalance.

    Raises
    ------
    GeneticGanError
        As for `rehearse`, and if images are missing, damaged or too few.
    """
    images = {(cell.dataset, cell.imbalance): cell for cell in reversed(cells)}
    shapes = {shape_of(load_parts(cell.config)[1]) for cell in images.values()} if here else set()
    methods = {(cell.method, cell.values): cell for cell in cells}
    configs = [dataclasses.replace(cell.config, method=cell.method) for cell in methods.values()]
    foreign = _foreign(configs, cells[0].protocols)
    for shape in sorted(shapes) or [UNKNOWN]:
        try_all(foreign, shape)


def shape_of(split: Split) -> tuple[int, int]:
    """Return the channels and the size of the images of a split."""
    channels, size = split.train.pixels.shape[1:3]
    return channels, size


def _try(made: Made, shape: tuple[int, int]) -> None:
    from geneticgan.testing import CONTRACTS  # takes a second, which few runs need

    content = {
        "make": lambda _: copy.deepcopy(made.plugin),
        "shape": shape,
        "shapes": (shape,),
    }
    suite = type("Suite", (CONTRACTS[made.group.group],), content)
    for test in CHEAP.get(made.group.group, ()):
        try:
            getattr(suite(), test)()
        except AssertionError as error:
            raise PluginError(wrong(made.group, made.found, str(error))) from error
        except (MemoryError, Interrupted, PluginError):
            raise
        except GeneticGanError:
            return  # it refuses these small images, which says nothing about those of the run
        except Exception as error:
            raise PluginError(failed(made.group, made.found, error)) from error
