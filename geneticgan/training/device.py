"""Which device a run uses, and whether it can do what is asked of it."""

from __future__ import annotations

import torch

from geneticgan.devices import check_device
from geneticgan.errors import ConfigError


def resolve_device(name: str) -> torch.device:
    """Return the device of a name such as ``auto``, ``cpu``, ``cuda`` or ``cuda:1``.

    Raises
    ------
    ConfigError
        If it is no such name, or there is no such device.
    """
    check_device(name)
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    device = torch.device(name)
    if device.type == "cuda":
        if not torch.cuda.is_available():
            raise ConfigError(f"no CUDA device is available for {name}; use --device cpu or auto")
        count = torch.cuda.device_count()
        if device.index is not None and device.index >= count:
            raise ConfigError(
                f"there is no {name}: this machine has {count} CUDA device(s), counted from 0"
            )
    return device
