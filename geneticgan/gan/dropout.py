"""Dropout masks as a function of seed, name and generation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.nn.modules.dropout import _DropoutNd

from geneticgan.seeding import torch_stream


def has_dropout(module: torch.nn.Module) -> bool:
    """Tell whether a module draws masks in training."""
    return any(isinstance(part, _DropoutNd) and part.p > 0 for part in module.modules())


@contextmanager
def same_masks(seed: int, name: str, generation: int, device: torch.device) -> Iterator[None]:
    """Within, torch draws the same numbers at every entry; its global state is restored."""
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(torch_stream(seed, name, generation).initial_seed())
        yield
