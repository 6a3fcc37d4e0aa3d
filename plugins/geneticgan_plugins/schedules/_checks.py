"""Range checks that the schedules share."""

from __future__ import annotations

import math


def check_temperature(T: float) -> float:
    """Return a starting temperature that is finite and >= 0, or raise `ValueError`."""
    if not (math.isfinite(T) and T >= 0):
        raise ValueError(f"T must be a finite number >= 0, got {T}")
    return T
