"""The command that makes a run, from its config."""

from __future__ import annotations

import shlex

from geneticgan.config import OPTIONS, TrainConfig


def command(config: TrainConfig, start: str = "") -> str:
    """Return the command that, typed again, trains with a very config.

    It names the options that have not the value that they begin with: the recipe's, else the
    default. ``start`` is the run whose networks it begins with, if it does; its method, which
    would be the default there, is named then.
    """
    begun = TrainConfig(recipe=config.recipe)
    words = ["geneticgan", "train"]
    for name, defined in OPTIONS.items():
        value = getattr(config, name)
        unless_given = defined.default if name == "recipe" else getattr(begun, name)
        if value == unless_given and not (start and name == "method"):
            continue
        if defined.expert or value in (None, False):
            words += ["--set", f"{defined.spelled}={defined.text(value)}"]
        elif value is True:
            words.append(defined.flag)
        else:
            words += [defined.flag, defined.text(value)]
    return shlex.join([*words, "--from", start] if start else words)
