"""The method of a run, made from its config."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geneticgan.config import TrainConfig
from geneticgan.errors import ConfigError
from geneticgan.methods.asked import read_method, with_given
from geneticgan.methods.contract import Method
from geneticgan.methods.evolved import Evolved
from geneticgan.specs import parse_specs


@dataclass(frozen=True)
class RunMethod:
    """A method and the options that it is trained with.

    Attributes
    ----------
    name : str
        The name of the plugin.
    method : Method
        The method.
    config : TrainConfig
        The run's options, including those that the method's spec sets.
    given : mapping
        Only the options that the spec sets.
    """

    name: str
    method: Method
    config: TrainConfig
    given: Mapping[str, Any]

    @property
    def core(self) -> TrainConfig | None:
        """The config of the method's evolutionary core; None if it has none."""
        if isinstance(self.method, Evolved):
            return self.method.core(self.config, self.given)
        return None


def method_of(config: TrainConfig) -> RunMethod:
    """Make the method of a run.

    Raises
    ------
    PluginError, ConfigError
        As for `read_method`; also if the config names several methods.
    """
    specs = parse_specs(config.method)
    if len(specs) != 1:
        raise ConfigError(f"a run has one method, got {config.method!r}; benchmark takes several")
    method, given = read_method(config.method)
    return RunMethod(specs[0].name, method, with_given(config, given), given)


def core_config(config: TrainConfig) -> TrainConfig | None:
    """Return the config of the evolutionary core of a run's method; None if it has none."""
    return method_of(config).core
