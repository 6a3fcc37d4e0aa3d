"""Plugins of other packages: which were made, whether they fit, and how their faults are told."""

from __future__ import annotations

import contextlib
import inspect
import shlex
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geneticgan.registry import Found, PluginGroup

OWN = "geneticgan"
"""The package whose plugins are tested where they are made."""


@dataclass(frozen=True)
class Made:
    """An instance of another package's plugin, and the group in which it was found."""

    group: PluginGroup[Any]
    found: Found
    plugin: Any


_made: ContextVar[list[Made] | None] = ContextVar("_made", default=None)


@contextlib.contextmanager
def collected() -> Iterator[list[Made]]:
    """Collect the plugins of other packages that are made meanwhile, also those inside others."""
    made: list[Made] = []
    token = _made.set(made)
    try:
        yield made
    finally:
        _made.reset(token)


def keep(made: Made) -> None:
    """Add an instance to those that are collected, if any are."""
    collecting = _made.get()
    if collecting is not None:
        collecting.append(made)


def other_signature(factory: type, contract: type) -> str:
    """Name a method that does not accept the arguments of the contract's; empty if all do."""
    for name, wanted in inspect.getmembers(contract, inspect.isfunction):
        own = getattr(factory, name)
        if name == "__init__" or own is wanted or not inspect.isfunction(own):
            continue
        asked = inspect.signature(wanted).parameters.values()
        named = [p.name for p in asked if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
        placed = [p for p in asked if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        try:
            inspect.signature(own).bind(*placed, **dict.fromkeys(named))
        except TypeError:
            return f"{name}{inspect.signature(own)} is called as {name}{inspect.signature(wanted)}"
    return ""


def failed(group: PluginGroup[Any], found: Found, error: BaseException) -> str:
    """Return a sentence about an error that a plugin raised."""
    return wrong(group, found, f"it fails ({type(error).__name__}: {error})")


def wrong(group: PluginGroup[Any], found: Found, fault: str) -> str:
    """Return a sentence that names a plugin, its package and a fault."""
    return (
        f"{group.noun} {found.name!r} of {found.origin}: {fault}; tell its author, or see all that "
        f"is wrong by: geneticgan plugins check {shlex.quote(found.name)}"
    )
