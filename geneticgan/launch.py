"""The processes of this run, as torchrun or another launcher sets them; does not import torch."""

from __future__ import annotations

import os


def count() -> int:
    """Return the number of processes that were launched together; 1 without a launcher."""
    told = all(os.environ.get(name) for name in ("RANK", "WORLD_SIZE", "MASTER_ADDR"))
    return _number("WORLD_SIZE", 1) if told else 1


def rank() -> int:
    """Return the rank of this process among all."""
    return _number("RANK", 0) if count() > 1 else 0


def local_rank() -> int:
    """Return the rank of this process among those on its machine."""
    return _number("LOCAL_RANK", 0) if count() > 1 else 0


def leads() -> bool:
    """Tell whether this process is the one that writes, draws and reports."""
    return rank() == 0


def _number(name: str, default: int) -> int:
    text = os.environ.get(name, "")
    return int(text) if text.isdecimal() else default
