"""What a method's spec asks for: options of the method itself, and options of its run."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping
from typing import Any

from geneticgan.config import OPTIONS, TrainConfig
from geneticgan.errors import ConfigError, PluginError, did_you_mean
from geneticgan.methods.catalogue import METHODS, create_method
from geneticgan.methods.contract import Method
from geneticgan.methods.evolved import BUDGET, Evolved
from geneticgan.options.definition import Option
from geneticgan.recipes import OF_IMAGES
from geneticgan.specs import Spec, options_of, parse_specs

COMMON = frozenset(
    {"dataset", "data_root", "image_size", "download", "skip_corrupt", "imbalance", "seed"}
)
"""Options that say which images there are: the same for every method of a comparison."""

NOT_OF_METHODS = COMMON | {"method", "calibration"}


def read_method(text: str, values: Mapping[str, Any] = {}) -> tuple[Method, dict[str, Any]]:
    """Make a method, and return the options of the run that its spec asks for, by name.

    Parameters
    ----------
    text : str
        Such as ``aggan:schedule=linear(T=10,period=500),mutations=nonsat+hinge``: the options of
        a nested plugin stand in parentheses, and + joins several.
    values : mapping
        Tuned values of the method and of the run, already converted; the spec wins over them.

    Raises
    ------
    PluginError, ConfigError
        If there is no such method or option, with the nearest spelling, or a value has another
        type.
    """
    specs = parse_specs(text)
    if len(specs) != 1:
        raise ConfigError(f"name one method, got {text!r}; only a benchmark takes several")
    spec = specs[0]
    own = options_of(METHODS.get(spec.name).factory)
    given = {name: value for name, value in values.items() if name not in own}
    mine = {key: value for key, value in spec.options.items() if key in own}
    for key, value in spec.options.items():
        if key not in own:
            defined = _option_of_run(spec.name, key, list(own))
            given[defined.name] = _read(defined, value)
    tuned = {name: value for name, value in values.items() if name in own}
    return create_method(Spec(spec.name, mine), **tuned), given


def with_given(config: TrainConfig, given: Mapping[str, Any]) -> TrainConfig:
    """Return a config with options that were asked for of one method.

    A recipe among them leaves alone what images are shown (`OF_IMAGES`), which is the same for
    every method of a comparison unless it is asked for by name.
    """
    if "recipe" in given:
        OPTIONS["recipe"].check(given["recipe"])
        kept = {name: getattr(config, name) for name in OF_IMAGES}
        config = dataclasses.replace(config.with_recipe(given["recipe"]), **kept)
    rest: dict[str, Any] = {name: value for name, value in given.items() if name != "recipe"}
    return dataclasses.replace(config, **rest)


def absorbed(config: TrainConfig, named: Collection[str] = ()) -> TrainConfig:
    """Return a run's config with the options of the run that its method's spec asks for.

    ``aggan:lambda=0`` becomes the method ``aggan`` of a run with lambda 0, so that a run takes
    what a benchmark takes.

    Parameters
    ----------
    config : TrainConfig
        Of the run.
    named : collection of str
        The options that its user named, whatever their values.

    Raises
    ------
    PluginError, ConfigError
        As `read_method`; also if the method sets an option to another value than was asked for.
    """
    method, given = read_method(config.method)
    (spec,) = parse_specs(config.method)
    own = {key: value for key, value in spec.options.items() if key in options_of(type(method))}
    asked = with_given(dataclasses.replace(config, method=str(Spec(spec.name, own))), given)
    begun = TrainConfig(recipe=asked.recipe)
    for name, value in own_values(method, asked).items():
        wanted = getattr(asked, name)
        if name in named or name in given or wanted != getattr(begun, name):
            raise ConfigError(
                f"method {spec.name!r} sets {name.rstrip('_')} to {value!r} itself, not to "
                f"{wanted!r}; leave it out, or use method 'aggan', which sets nothing"
            )
    return asked


def own_values(method: Method, config: TrainConfig) -> dict[str, Any]:
    """Return the options that a method itself sets to another value than a config has."""
    if not isinstance(method, Evolved):
        return {}
    made = method.settings(config)
    others = [name for name in OPTIONS if getattr(made, name) != getattr(config, name)]
    return {name: getattr(made, name) for name in others if name not in BUDGET}


def _option_of_run(method: str, key: str, own: list[str]) -> Option:
    plain = key.replace("-", "_")
    known = {each.spelled: each for each in OPTIONS.values() if each.name not in NOT_OF_METHODS}
    if plain in known:
        return known[plain]
    if plain in COMMON:
        raise ConfigError(
            f"method {method!r} cannot have its own {plain}: all methods of a comparison are "
            "given the same images"
        )
    hint = did_you_mean(plain, [*own, *known]) or "any option of a run is one, too"
    raise PluginError(
        f"method {method!r} has no option {key!r}; it has: {', '.join(own) or 'none'}; {hint}"
    )


def _read(defined: Option, text: str) -> Any:
    """Convert a value; plugins are nested as ``linear(T=10)`` and joined by +."""
    if defined.kind is str and not defined.choices:
        text = re.sub(r"\+(?![^(]*\))", ",", text)
        text = re.sub(r"\(([^()]*)\)", r":\1", text)
    return defined.read(text)
