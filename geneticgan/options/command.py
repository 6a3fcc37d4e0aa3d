"""The command that makes a run, and the TOML file, from its config."""

from __future__ import annotations

import json
import shlex
from typing import Any

from geneticgan.config import OPTIONS, TrainConfig
from geneticgan.options.definition import NONE


def command(config: TrainConfig, start: str = "", verb: str = "train") -> str:
    """Return the command, by default the one that trains, with exactly this config.

    It names the options that differ from their initial values: the recipe's, or else the default.
    ``start`` is the run whose networks are trained further, if any; the method, which defaults to
    that run's, is then always named.
    """
    words = ["geneticgan", verb]
    changed = _changed(config) | ({"method": config.method} if start else {})
    for name, defined in OPTIONS.items():
        if name not in changed:
            continue
        value = changed[name]
        if defined.expert or value in (None, False):
            words += ["--set", f"{defined.spelled}={defined.text(value)}"]
        elif value is True:
            words.append(defined.flag)
        else:
            words += [defined.flag, defined.text(value)]
    return shlex.join([*words, "--from", start] if start else words)


def as_toml(config: TrainConfig) -> str:
    """Return the same options as a TOML file that ``train --config`` takes."""
    lines = [
        f"{OPTIONS[name].spelled} = {_in_toml(NONE if value is None else value)}"
        for name, value in _changed(config).items()
    ]
    return "\n".join(lines) + "\n"


def _in_toml(value: Any) -> str:
    """Return a value as TOML writes it: as JSON does, but for surrogates and one character more."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _changed(config: TrainConfig) -> dict[str, Any]:
    """Return the options that differ from their initial values, by name."""
    begun = TrainConfig(recipe=config.recipe)
    values = {name: getattr(config, name) for name in OPTIONS}
    defaults = {name: getattr(begun, name) for name in OPTIONS}
    defaults["recipe"] = OPTIONS["recipe"].default
    return {name: value for name, value in values.items() if value != defaults[name]}
