"""The names of devices that a user may give; knows no torch."""

from __future__ import annotations

import re

from geneticgan.errors import ConfigError

DEVICES = ("auto", "cpu", "cuda")
"""Besides these, ``cuda:N`` is the GPU of a number, counted from 0."""


def check_device(name: str) -> None:
    """Raise `ConfigError` unless it is ``auto``, ``cpu``, ``cuda`` or ``cuda:N``."""
    if name not in DEVICES and not re.fullmatch(r"cuda:\d+", name):
        raise ConfigError(f"device must be one of {', '.join(DEVICES)} or cuda:N, got {name!r}")
