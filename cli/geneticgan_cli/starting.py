"""Says on a terminal that a command is starting, while it loads what takes seconds to load."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from typing import Any, TextIO

from geneticgan import launch

SLOW = {"torch", "sklearn", "scipy", "matplotlib", "deap"}
"""Packages whose import takes so long that a user would wonder."""

SIGN = "Starting ..."
ERASE = "\r" + " " * len(SIGN) + "\r"


@contextmanager
def starting() -> Iterator[None]:
    """Show `SIGN` on standard error from the first slow import until anything else is shown.

    This does nothing if standard error is not a terminal, or if another process leads.
    """
    if sys.stderr is None or not sys.stderr.isatty() or not launch.leads():
        yield
        return
    sign = _Sign(sys.stderr)
    streams = sys.stdout, sys.stderr
    sys.meta_path.insert(0, sign)
    sys.stdout, sys.stderr = (_Screen(stream, sign) for stream in streams)
    try:
        yield
    finally:
        sign.hide()
        sys.meta_path.remove(sign)
        sys.stdout, sys.stderr = streams


class _Sign:
    """Finds no module, but shows the sign when a slow one is looked for; only once."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._new, self._shown = True, False

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Show the sign if the package is slow; the other finders find it."""
        if self._new and name in SLOW:
            self._new, self._shown = False, True
            self._stream.write(SIGN)
            self._stream.flush()
        return None

    def hide(self) -> None:
        """Erase the sign, and show it no more."""
        self._new = False
        if self._shown:
            self._shown = False
            self._stream.write(ERASE)
            self._stream.flush()


class _Screen:
    """A text stream before whose first output the sign is erased."""

    def __init__(self, stream: TextIO, sign: _Sign) -> None:
        self._stream = stream
        self._sign = sign

    def write(self, text: str) -> int:
        """Write a text."""
        if text and self._stream.isatty():
            self._sign.hide()
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
