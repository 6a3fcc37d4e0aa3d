"""The methods that are installed; each is a plugin."""

from __future__ import annotations

from geneticgan.config import TrainConfig
from geneticgan.errors import ConfigError
from geneticgan.methods.contract import Method
from geneticgan.registry import PluginGroup, Spec, parse_specs

METHODS = PluginGroup("geneticgan.methods", Method, "method")  # type: ignore[type-abstract]


def create_method(spec: Spec, **values: float | str) -> Method:
    """Make a method with the options of a spec, and others where the spec does not set them.

    Raises
    ------
    PluginError
        As `PluginGroup.create`.
    """
    return METHODS.create(spec, **values)


def method_of(config: TrainConfig) -> Method:
    """Make the method of a run; raises as `create_method`, and `ConfigError` for several."""
    specs = parse_specs(config.method)
    if len(specs) != 1:
        raise ConfigError(f"a run has one method, got {config.method!r}; benchmark takes several")
    return create_method(specs[0])
