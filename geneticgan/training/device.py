"""Which device a run uses, and whether it is available."""

from __future__ import annotations

import torch

from geneticgan import launch
from geneticgan.devices import check_device
from geneticgan.errors import ConfigError


def resolve_device(name: str) -> torch.device:
    """Return the device for a name such as ``auto``, ``cpu``, ``cuda`` or ``cuda:1``.

    Raises
    ------
    ConfigError
        If the name is invalid or there is no such device.
    """
    check_device(name)
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    device = torch.device(name)
    if launch.count() > 1:
        return _of_several(device)
    if device.type == "cuda":
        if not torch.cuda.is_available():
            raise ConfigError(f"no CUDA device is available for {name}; use --device cpu or auto")
        count = torch.cuda.device_count()
        if device.index is not None and device.index >= count:
            raise ConfigError(
                f"there is no {name}: this machine has {count} CUDA device(s), counted from 0"
            )
    return device


def _of_several(device: torch.device) -> torch.device:
    """Return the device of this process, one of several on its machine."""
    if device.type != "cuda":
        return device
    if device.index is not None:
        raise ConfigError(
            f"several processes need a GPU each and cannot share {device}; use --device cuda"
        )
    there, wanted = torch.cuda.device_count(), launch.local_rank()
    if wanted >= there:
        raise ConfigError(
            f"this machine has {there} CUDA device(s), too few for one GPU per process; lower "
            "--nproc-per-node, or use --device cpu"
        )
    return torch.device("cuda", wanted)
