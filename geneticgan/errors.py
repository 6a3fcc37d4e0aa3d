"""Errors that a user can mend: one sentence that names the thing and the mend."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Iterable, Sequence


def printable(text: str) -> str:
    """Return a text whose control characters cannot act on a terminal; they are written out."""
    return "".join(
        sign if sign.isprintable() or sign == "\n" else sign.encode("unicode_escape").decode()
        for sign in text
    )


def some(names: Sequence[str], most: int = 8) -> str:
    """Return names for a message, the first of them where there are many."""
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """Return a question with the known name that is spelt most like a wrong one; empty if none."""
    known = list(known)
    by_case = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(wrong.casefold(), by_case, n=1)
    return f"did you mean {by_case[near[0]]!r}?" if near else ""


def no_class(name: str, known: Sequence[str]) -> str:
    """Say that there is no class of a name, which one was probably meant, and which there are."""
    hint = did_you_mean(name, known)
    return f"there is no class {name!r}; {hint}{' ' if hint else ''}the classes: {some(known, 40)}"


class GeneticGanError(Exception):
    """Base of every error whose message is written for the user.

    The command line prints the message alone and exits with status 1; anything else that is
    raised is a defect of this project and is reported as one.
    """


class ConfigError(GeneticGanError):
    """An option has a value that cannot be used."""


class DataError(GeneticGanError):
    """A data set is missing, damaged or too small for what was asked."""


class PluginError(GeneticGanError):
    """A plugin is unknown, broken, duplicated or was given options it does not have."""


class DivergedError(GeneticGanError):
    """The discriminator's loss or weights are no longer finite."""


class RunError(GeneticGanError):
    """A run folder is missing, occupied, damaged or not in the state a command needs."""


def typed(*words: object) -> str:
    """Return a command of this program as it can be typed into a shell, whatever its paths hold."""
    return shlex.join(["geneticgan", *map(str, words)])
