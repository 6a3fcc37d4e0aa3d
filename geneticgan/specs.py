"""Plugins specified as text, with the options that their signatures declare."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geneticgan.errors import PluginError


@dataclass(frozen=True)
class Spec:
    """A plugin as specified by a user: ``lsgan:b=0.9`` has name ``lsgan``, options ``{b: 0.9}``."""

    name: str
    options: Mapping[str, str]

    def __str__(self) -> str:
        options = ",".join(f"{key}={value}" for key, value in self.options.items())
        return f"{self.name}:{options}" if options else self.name


def parse_specs(text: str) -> list[Spec]:
    """Read a list of plugins with options, as in ``minimax,lsgan:a=0,b=0.9,nonsat``.

    An item with a ``=`` but no ``:`` before it is another option of the preceding plugin. Commas
    in parentheses are part of a value, as in ``linear(T=10,period=5)``.

    Raises
    ------
    PluginError
        If the text is empty or an item is neither a name nor an option.
    """
    specs: list[tuple[str, dict[str, str]]] = []
    for piece in (piece.strip() for piece in re.split(r",(?![^(]*\))", text)):
        head, equals, value = piece.partition("=")
        name, colon, key = head.partition(":")
        if equals and not colon and specs:
            specs[-1][1][name.strip()] = value.strip()
        elif equals and colon and name and key:
            specs.append((name.strip(), {key.strip(): value.strip()}))
        elif piece and not equals and not colon:
            specs.append((piece, {}))
        else:
            raise PluginError(
                f"cannot read {piece!r} in {text!r}: write names separated by commas, each with "
                "its options after a colon, such as nonsat,lsgan:b=0.9"
            )
    return [Spec(name, options) for name, options in specs]


@dataclass(frozen=True)
class Option:
    """One option of a plugin, as its signature declares it."""

    name: str
    kind: type
    default: Any

    def convert(self, text: str) -> Any:
        """Convert a text to the declared type; raises `ValueError` if it does not fit."""
        if self.kind is bool:
            words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
            if text.lower() not in words:
                raise ValueError(text)
            return words[text.lower()]
        return self.kind(text)


def options_of(factory: type) -> dict[str, Option]:
    """Return the options of a plugin: the keyword arguments of its ``__init__``."""
    if factory.__init__ is object.__init__:  # type: ignore[misc]  # it is read, not called
        return {}
    hints = typing.get_type_hints(factory.__init__)  # type: ignore[misc]
    options = {}
    for parameter in list(inspect.signature(factory.__init__).parameters.values())[1:]:  # type: ignore[misc]
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        kind = hints.get(parameter.name, type(parameter.default))
        options[parameter.name] = Option(
            parameter.name, kind if kind in (bool, int, float, str) else str, parameter.default
        )
    return options
