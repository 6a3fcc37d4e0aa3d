"""The methods that are installed; each is a plugin."""

from __future__ import annotations

from geneticgan.methods.contract import Method
from geneticgan.registry import PluginGroup
from geneticgan.specs import Spec

METHODS = PluginGroup("geneticgan.methods", Method, "method")  # type: ignore[type-abstract]


def create_method(spec: Spec, **values: float | str) -> Method:
    """Make a method with the options of a spec, and with ``values`` for those it does not set.

    Raises
    ------
    PluginError
        As for `PluginGroup.create`.
    """
    return METHODS.create(spec, **values)
