"""The command that makes a run, and the TOML file, from its config."""

from __future__ import annotations

import json
import shlex
from typing import Any

from geneticgan.config import OPTIONS, TrainConfig


def command(config: TrainConfig, start: str = "") -> str:
    """Return the command that trains with exactly this config.

    It names the options that differ from their initial values (the recipe's, or else the default)
    and the learning rate if the architecture may bring one. ``start`` is the run whose networks
    are trained further, if any; the method, which defaults to that run's, is then always named.
    """
    words = ["geneticgan", "train"]
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
    """Return the same options as a TOML file that ``train --config`` takes.

    TOML has no null: an option that is none instead of its default is left out.
    """
    lines = [
        f"{OPTIONS[name].spelled} = {json.dumps(value)}"
        for name, value in _changed(config).items()
        if value is not None
    ]
    return "\n".join(lines) + "\n"


def _changed(config: TrainConfig) -> dict[str, Any]:
    """Return the options that differ from their initial values, by name."""
    begun = TrainConfig(recipe=config.recipe)
    changed = {}
    for name, defined in OPTIONS.items():
        value = getattr(config, name)
        brought = name == "learning_rate" and config.architecture != begun.architecture
        if brought or value != (defined.default if name == "recipe" else getattr(begun, name)):
            changed[name] = value
    return changed
