"""The definition of an option, and how its values are checked, read and written."""

from __future__ import annotations

import dataclasses
import math
import re
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from geneticgan.errors import ConfigError, did_you_mean
from geneticgan.options.replaced import replacement

BY_RECIPE: Any = type("ByRecipe", (), {"__repr__": lambda _: "by the recipe"})()
"""The default of an option whose value comes from the recipe."""

NONE = "none"
"""How the value None of a number is written."""

WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}


@dataclass(frozen=True)
class Option:
    """The definition of one option of a run.

    Attributes
    ----------
    help : str
        What the option does, in whole sentences.
    group : str
        The heading under which it is shown.
    expert : bool
        Whether it has no flag of its own and is set by ``--set NAME=VALUE`` or in a TOML file.
    choices : tuple
        The possible values; empty if a range or nothing limits them.
    pattern, means : str
        The regular expression that a text must match in full, and its meaning in words; empty
        for any text.
    minimum, maximum : float or None
        The ends of the range; None for no limit, although a number must always be finite.
    above, below : bool
        Whether the minimum, or the maximum, is excluded from the range.
    shown : str
        What a help text shows as the default if that is not a value.
    name : str
        The name of the config's attribute.
    kind : type
        ``bool``, ``int``, ``float`` or ``str``.
    optional : bool
        Whether None is allowed.
    default : object
        The value if none is given; `BY_RECIPE` if the recipe sets it.
    """

    help: str
    group: str
    expert: bool = False
    choices: tuple[Any, ...] = ()
    pattern: str = ""
    means: str = ""
    minimum: float | None = None
    maximum: float | None = None
    above: bool = False
    below: bool = False
    shown: str = ""
    name: str = ""
    kind: type = str
    optional: bool = False
    default: Any = None

    @property
    def spelled(self) -> str:
        """The name as users write it after ``--set``."""
        return self.name.rstrip("_")

    @property
    def flag(self) -> str:
        """The flag of the command line."""
        return "--" + self.spelled.replace("_", "-")

    @property
    def default_text(self) -> str:
        """The default in words."""
        if self.default is BY_RECIPE:
            return "by the recipe"
        return self.shown or ("" if self.default is None else self.text(self.default))

    @property
    def range_text(self) -> str:
        """The accepted values, worded to follow "it must be"; empty for any."""
        if self.choices:
            return f"one of {', '.join(map(str, self.choices))}"
        if self.minimum is None:
            return self.means
        if self.maximum is not None:
            opened, closed = "(" if self.above else "[", ")" if self.below else "]"
            return f"in {opened}{self.minimum:g}, {self.maximum:g}{closed}"
        return "a positive number" if self.above else f"at least {self.minimum:g}"

    def check(self, value: Any) -> None:
        """Raise `ConfigError` if a value has the wrong type or is out of range."""
        if value is None and self.optional:
            return
        if type(value) is not self.kind and not (type(value) is int and self.kind is float):
            raise ConfigError(f"{self.spelled} cannot be {value!r}")
        if self.choices:
            fits = value in self.choices
        elif isinstance(value, int | float):
            fits = self._in_range(value)
        else:
            fits = not self.pattern or re.fullmatch(self.pattern, str(value)) is not None
        if not fits:
            raise ConfigError(f"{self.spelled} must be {self.range_text}, got {value!r}")
        if isinstance(value, float) and math.isinf(value):
            raise ConfigError(f"{self.spelled} must be a finite number, got {value}")

    def _in_range(self, value: float) -> bool:
        low, high = self.minimum, self.maximum
        enough = low is None or (value > low if self.above else value >= low)
        return enough and (high is None or (value < high if self.below else value <= high))

    def read(self, text: str) -> Any:
        """Return the value that a text stands for.

        Raises
        ------
        ConfigError
            If the text is not a value of the option's type.
        """
        if self.optional and self.kind is not str and text.lower() == NONE:
            return None
        try:
            return WORDS[text.lower()] if self.kind is bool else self.kind(text)
        except (KeyError, ValueError):
            raise ConfigError(f"{self.spelled} takes {KINDS[self.kind]}, got {text!r}") from None

    def text(self, value: Any) -> str:
        """Return the text that `read` takes for a value."""
        if value is None:
            return NONE
        return str(value).lower() if self.kind is bool else str(value)


def option(default: Any, group: str, help: str, **limits: Any) -> Any:
    """Return a dataclass field that carries the definition of its option; see `Option`."""
    return dataclasses.field(
        default=default, metadata={"option": Option(help, group, default=default, **limits)}
    )


def read_options(config: type) -> dict[str, Option]:
    """Return the options that a dataclass defines, by name."""
    hints = typing.get_type_hints(config)
    found = {}
    for each in dataclasses.fields(config):
        kinds = typing.get_args(hints[each.name]) or (hints[each.name],)
        found[each.name] = dataclasses.replace(
            each.metadata["option"],
            name=each.name,
            kind=kinds[0],
            optional=type(None) in kinds,
        )
    return found


def named(options: Mapping[str, Option], name: str, others: Iterable[str] = ()) -> Option:
    """Return the option that a user's spelling means, such as ``lambda`` or ``batch-size``.

    Parameters
    ----------
    options : mapping
        All options by name.
    name : str
        The name as typed.
    others : iterable of str
        Further names that would have been valid there, for the message.

    Raises
    ------
    ConfigError
        If there is no such option; the message suggests the nearest spelling.
    """
    plain = name.strip().replace("-", "_")
    for key in (plain, f"{plain}_"):
        if key in options:
            return options[key]
    if gone := replacement(plain):
        raise ConfigError(gone)
    known = sorted({*(each.spelled for each in options.values()), *others})
    hint = did_you_mean(plain, known) or f"known: {', '.join(known)}"
    raise ConfigError(f"unknown option {name!r}; {hint}")
