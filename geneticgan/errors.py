"""Errors that a user can fix: one sentence that names the cause and the remedy."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Iterable, Sequence


def printable(text: str) -> str:
    """Return a text with control characters escaped, so that they cannot affect a terminal."""
    return "".join(
        sign if sign.isprintable() or sign == "\n" else sign.encode("unicode_escape").decode()
        for sign in text
    )


def some(names: Sequence[str], most: int = 8) -> str:
    """Return names for a message, only the first ``most`` if there are more."""
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """Return a question that suggests the known name nearest to a wrong one; empty if none is."""
    known = list(known)
    by_case = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(wrong.casefold(), by_case, n=1)
    return f"did you mean {by_case[near[0]]!r}?" if near else ""


def no_class(name: str, known: Sequence[str]) -> str:
    """Say that a class does not exist, which one was probably meant, and which ones exist."""
    hint = did_you_mean(name, known)
    return f"there is no class {name!r}; {hint}{' ' if hint else ''}the classes: {some(known, 40)}"


class GeneticGanError(Exception):
    """Base class of errors whose messages are written for the user.

    The command line prints only the message and exits with status 1; any other exception is a
    bug of this project and is reported as one.
    """


class ConfigError(GeneticGanError):
    """An option has an invalid value."""


class DataError(GeneticGanError):
    """A data set is missing, damaged or too small for what was asked."""


class PluginError(GeneticGanError):
    """A plugin is unknown, broken or duplicated, or was given options that it does not have."""


class DivergedError(GeneticGanError):
    """The discriminator's loss or weights are no longer finite."""


class RunError(GeneticGanError):
    """A run folder is missing, occupied, damaged or not in the state that a command needs."""


def typed(*words: object) -> str:
    """Return a geneticgan command quoted so that it can be typed into a shell."""
    return shlex.join(["geneticgan", *map(str, words)])
