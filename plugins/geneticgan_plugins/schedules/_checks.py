"""Range checks that schedules share; each returns the value or raises `ValueError`."""

from __future__ import annotations

import math


def check_temperature(T: float) -> float:
    """Return an initial temperature that is finite and >= 0."""
    if not (math.isfinite(T) and T >= 0):
        raise ValueError(f"T must be a finite number >= 0, got {T}")
    return T


def check_share(name: str, value: float) -> float:
    """Return a number in (0, 1]."""
    if not 0 < value <= 1:
        raise ValueError(f"{name} must be in (0, 1], got {value}")
    return value


def check_count(name: str, value: int) -> int:
    """Return a number of generations >= 1."""
    if value < 1:
        raise ValueError(f"{name} must be >= 1, got {value}")
    return value
