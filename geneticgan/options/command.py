"""The command that makes a run, from its config."""

from __future__ import annotations

import shlex

from geneticgan.config import OPTIONS, TrainConfig


def command(config: TrainConfig) -> str:
    """Return the command that, typed again, trains with a very config.

    It names the options that have not the value that they begin with: the recipe's, else the
    default.
    """
    begun = TrainConfig(recipe=config.recipe)
    words = ["geneticgan", "train"]
    for name, defined in OPTIONS.items():
        value = getattr(config, name)
        if value == (defined.default if name == "recipe" else getattr(begun, name)):
            continue
        if defined.expert or value in (None, False):
            words += ["--set", f"{defined.spelled}={defined.text(value)}"]
        elif value is True:
            words.append(defined.flag)
        else:
            words += [defined.flag, defined.text(value)]
    return shlex.join(words)
