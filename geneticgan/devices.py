"""The names of devices that a user may give; does not import torch."""

from __future__ import annotations

import re

from geneticgan.errors import ConfigError

DEVICES = ("auto", "cpu", "cuda")
"""Besides these, ``cuda:N`` names the GPU with number N, counted from 0."""

DEVICE_PATTERN = rf"{'|'.join(DEVICES)}|cuda:\d+"
DEVICES_TEXT = f"one of {', '.join(DEVICES)} or cuda:N"


def check_device(name: str) -> None:
    """Raise `ConfigError` unless a name is ``auto``, ``cpu``, ``cuda`` or ``cuda:N``."""
    if not re.fullmatch(DEVICE_PATTERN, name):
        raise ConfigError(f"device must be {DEVICES_TEXT}, got {name!r}")
