"""Every option of a run, resolved: the content of config.json, which a run depends on."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geneticgan.changes import parse_changes
from geneticgan.errors import ConfigError
from geneticgan.files import read_regular
from geneticgan.options.adversary import AdversaryOptions
from geneticgan.options.definition import BY_RECIPE, NONE, Option, named, read_options
from geneticgan.options.evolution import EvolutionOptions
from geneticgan.options.images import ImageOptions
from geneticgan.options.learning import LearningOptions
from geneticgan.options.machine import MachineOptions
from geneticgan.recipes import RECIPES


@dataclass(frozen=True)
class TrainConfig(
    MachineOptions, AdversaryOptions, LearningOptions, ImageOptions, EvolutionOptions
):
    """The options of ``geneticgan train``, validated on creation.

    Each is defined in `geneticgan.options`, with its type, range and meaning. Options that are not
    given take the recipe's value if it sets them. `dataclasses.replace` keeps current values even
    if the recipe changes; `with_recipe` takes the new recipe's.
    """

    def __post_init__(self) -> None:
        OPTIONS["recipe"].check(self.recipe)
        for name, value in RECIPES[self.recipe].items():
            if getattr(self, name) is BY_RECIPE:
                object.__setattr__(self, name, value)
        for name, each in OPTIONS.items():
            each.check(getattr(self, name))
        parse_changes(self.augmentation)

    @property
    def drawing(self) -> str:
        """How the discriminator's real batches are drawn: the oversampling, resolved."""
        if self.oversampling != "auto":
            return self.oversampling
        return "root" if self.class_loss == "balanced-softmax" else "batches"

    def with_recipe(self, recipe: str) -> TrainConfig:
        """Return a config with all options that a recipe sets taken from that recipe."""
        values: dict[str, Any] = dict(RECIPES[recipe])
        return dataclasses.replace(self, recipe=recipe, **values)

    def to_json(self) -> dict[str, Any]:
        """Return the options as JSON types."""
        return dataclasses.asdict(self)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], origin: str) -> TrainConfig:
        """Make a config from a mapping that was read from a file.

        Raises
        ------
        ConfigError
            If a key is unknown or a value has the wrong type or range; it names the origin.
        """
        try:
            known = {named(OPTIONS, key).name: value for key, value in values.items()}
            for name, value in known.items():
                each = OPTIONS[name]
                if value == NONE and each.optional and each.kind is not str:
                    known[name] = None  # TOML has no null
            return cls(**known)
        except ConfigError as error:
            raise ConfigError(f"{origin}: {error}") from error


OPTIONS: Mapping[str, Option] = read_options(TrainConfig)
"""The definitions of all options, by name."""


def read_setting(text: str) -> tuple[str, Any]:
    """Return the name and the value of an option written as ``NAME=VALUE``.

    Raises
    ------
    ConfigError
        If the text has another form, the option is unknown, or the value has the wrong type.
    """
    name, equals, value = text.partition("=")
    if not equals:
        raise ConfigError(f"{text!r} sets nothing; write NAME=VALUE, as in clip=0.05")
    each = named(OPTIONS, name)
    return each.name, each.read(value)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file of options; keys are those of `TrainConfig`, with ``-`` or ``_``.

    Raises
    ------
    ConfigError
        If the file cannot be read or is not TOML.
    """
    try:
        data = tomllib.loads(read_regular(path).decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as TOML: {error}") from error
    return {named(OPTIONS, key).name: value for key, value in data.items()}


def read_json(path: Path) -> Any:
    """Read a JSON file; raises `ConfigError` if it cannot be read or is not JSON."""
    try:
        return json.loads(read_regular(path).decode("utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as JSON: {error}") from error
