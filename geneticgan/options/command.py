"""The command that makes a run, and the TOML file, from its config."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any

from geneticgan.config import OPTIONS, TrainConfig


def command(config: TrainConfig) -> str:
    """Return the command that, typed again, trains with a very config.

    It names the options that have not the value that they begin with: the recipe's, else the
    default.
    """
    words = ["geneticgan", "train"]
    for name, value in _changed(config):
        defined = OPTIONS[name]
        if defined.expert or value in (None, False):
            words += ["--set", f"{defined.spelled}={defined.text(value)}"]
        elif value is True:
            words.append(defined.flag)
        else:
            words += [defined.flag, defined.text(value)]
    return shlex.join(words)


def as_toml(config: TrainConfig) -> str:
    """Return the same options as a TOML file that ``train --config`` takes.

    TOML has no null: an option that is to be none in place of its default is left out.
    """
    lines = [
        f"{OPTIONS[name].spelled} = {json.dumps(value)}"
        for name, value in _changed(config)
        if value is not None
    ]
    return "\n".join(lines) + "\n"


def _changed(config: TrainConfig) -> Iterator[tuple[str, Any]]:
    """Yield the options that have not the value that they begin with."""
    begun = TrainConfig(recipe=config.recipe)
    for name, defined in OPTIONS.items():
        value = getattr(config, name)
        if value != (defined.default if name == "recipe" else getattr(begun, name)):
            yield name, value
