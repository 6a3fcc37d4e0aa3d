"""The list of plugins, made quickly: only plugins of other packages are imported.

Importing all built-in plugins takes seconds, because it imports torch and torchvision. They are
tested with the package, so their docstrings, read from the sources, are all that a list needs.
Plugins of other packages are imported, since nothing else shows whether they work.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geneticgan.registry import Broken, Found, PluginGroup, find_plugins

OWN = "geneticgan"
"""The package whose plugins are not imported."""

HOMES = {
    "geneticgan.mutations": "geneticgan.gan.mutation:MUTATIONS",
    "geneticgan.schedules": "geneticgan.annealing.schedule:SCHEDULES",
    "geneticgan.fitness": "geneticgan.gan.fitness:FITNESS",
    "geneticgan.selections": "geneticgan.annealing.selection:SELECTIONS",
    "geneticgan.architectures": "geneticgan.networks:ARCHITECTURES",
    "geneticgan.backbones": "geneticgan.networks.backbones.contract:BACKBONES",
    "geneticgan.datasets": "geneticgan.data.dataset:DATASETS",
    "geneticgan.imbalances": "geneticgan.data.imbalance:IMBALANCES",
    "geneticgan.methods": "geneticgan.methods.catalogue:METHODS",
    "geneticgan.protocols": "geneticgan.protocols.catalogue:PROTOCOLS",
}
"""The location of each group's contract, imported only for plugins of other packages."""


@dataclass(frozen=True)
class Entry:
    """A plugin as ``plugins list --json`` prints it."""

    group: str
    name: str
    package: str
    version: str
    healthy: bool
    description: str


def entries(
    patience_seconds: float = 10.0, groups: Sequence[str] = tuple(HOMES)
) -> Iterator[Entry]:
    """Yield every installed plugin; the description of a broken one is the cause.

    Parameters
    ----------
    patience_seconds : float
        The time after which the import of another package's plugin counts as broken.
    groups : sequence of str
        The groups to list, among those of `HOMES`.
    """
    for group in groups:
        found = find_plugins(group)
        names = [plugin.name for plugin in found]
        for plugin in found:
            if plugin.package == OWN and names.count(plugin.name) == 1:
                healthy, text = _read(plugin)
            else:
                loaded = plugin_group(group).try_to_load(plugin, found, patience_seconds)
                healthy = not isinstance(loaded, Broken)
                text = loaded.cause if isinstance(loaded, Broken) else loaded.summary
            yield Entry(group, plugin.name, plugin.package, plugin.version, healthy, text)


def plugin_group(name: str) -> PluginGroup[Any]:
    """Return a group of `HOMES`; this imports its contract."""
    module, _, attribute = HOMES[name].partition(":")
    group: PluginGroup[Any] = getattr(importlib.import_module(module), attribute)
    return group


def _read(plugin: Found) -> tuple[bool, str]:
    """Return whether the source has the class, and its docstring's first line or the cause."""
    module, _, name = plugin.entry_point.value.partition(":")
    try:
        path = _source(module)
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError) as error:
        return False, f"{module} cannot be read ({error}); install {plugin.package} again"
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            return True, (ast.get_docstring(node) or "").partition("\n")[0]
    return False, f"{path} has no class {name}; install {plugin.package} again"


def _source(module: str) -> Path:
    """Return the file of a module without importing its parents, unlike `find_spec`."""
    top, *rest = module.split(".")
    spec = importlib.util.find_spec(top)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"no package {top}")
    path = Path(next(iter(spec.submodule_search_locations)), *rest)
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
