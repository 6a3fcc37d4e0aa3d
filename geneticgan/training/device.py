"""Which device a run uses, and whether it can do what is asked of it."""

from __future__ import annotations

import torch

from geneticgan.errors import ConfigError


def resolve_device(name: str) -> torch.device:
    """Return the device of ``auto``, ``cpu`` or ``cuda``; `ConfigError` if there is none."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise ConfigError("no CUDA device is available; use --device cpu or auto")
    return torch.device(name)
