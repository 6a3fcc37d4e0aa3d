"""What the command line shows about plugins."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from geneticgan.annealing.metropolis import metropolis_probability
from geneticgan.annealing.schedule import SCHEDULES
from geneticgan.errors import PluginError
from geneticgan.files import not_written, write_whole
from geneticgan.jobs.listing import HOMES, plugin_group
from geneticgan.registry import Broken, Loaded, PluginGroup
from geneticgan.report.figures.charts import Line, LineChart, draw_lines
from geneticgan.specs import Spec, options_of
from geneticgan.testing import CONTRACTS, Outcome, run_contract

OFFERED = 0.1
"""The loss of fitness assumed for adaptive schedules in the picture."""

ALL_GROUPS: tuple[PluginGroup[Any], ...] = tuple(map(plugin_group, HOMES))


def holders(name: str) -> list[PluginGroup[Any]]:
    """Return the groups that have a plugin with a name; raises `PluginError` if none has."""
    groups = [group for group in ALL_GROUPS if any(p.name == name for p in group.find())]
    if not groups:
        raise PluginError(f"there is no plugin {name!r}; see: geneticgan plugins list")
    return groups


def draw_schedules(generations: int, out: Path) -> None:
    """Draw the temperature of every healthy schedule over a run, starting at 1 if it has a T.

    Adaptive schedules are drawn as if every best offspring were worse by `OFFERED`. Raises
    `RunError` if the picture cannot be written.
    """
    steps = np.arange(generations)
    lines = {}
    for plugin in SCHEDULES.load_all():
        if isinstance(plugin, Broken):
            continue
        start = {"T": "1"} if "T" in options_of(plugin.factory) else {}
        schedule = SCHEDULES.create(Spec(plugin.found.name, start))
        values = []
        for step in range(generations):
            values.append(schedule.temperature(step))
            schedule.learn(step, metropolis_probability(0.0, OFFERED, values[-1]))
        lines[plugin.found.name] = Line(steps.astype(float), np.array(values))
    alt = f"Temperatures of {', '.join(lines)} over {generations} generations."
    chart = LineChart("schedules", "Schedules", alt, "generation", "temperature / T", lines)
    try:
        write_whole(out, draw_lines(chart).png)
    except OSError as error:
        raise not_written(out, error) from error


def describe(name: str) -> Iterator[tuple[PluginGroup[Any], Loaded[Any]]]:
    """Yield the plugins with a name and their groups; raises as `PluginGroup.get` does."""
    for group in holders(name):
        yield group, group.get(name)


def option_lines(factory: type) -> list[tuple[str, str, str]]:
    """Return name, type and default of each option of a plugin."""
    lines = []
    for option in options_of(factory).values():
        required = option.default is inspect.Parameter.empty
        default = "required" if required else repr(option.default)
        lines.append((option.name, option.kind.__name__, default))
    return lines


def check(name: str) -> Iterator[tuple[str, Outcome]]:
    """Run the contract tests of an installed plugin; yields the group's noun and an outcome.

    Raises
    ------
    PluginError
        If there is no such plugin, or it cannot be made with its default options.
    """
    for group in holders(name):
        group.create(Spec(name, {}))
        suite = type("Suite", (CONTRACTS[group.group],), {"make": _maker(group, name)})
        for outcome in run_contract(suite()):
            yield group.noun, outcome


def _maker(group: PluginGroup[Any], name: str) -> Any:
    return lambda _: group.create(Spec(name, {}))
