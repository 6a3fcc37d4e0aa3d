"""A temperature that follows the acceptance rate."""

from __future__ import annotations

import math
from collections.abc import Mapping

from geneticgan.annealing.schedule import Schedule
from geneticgan_plugins.schedules._checks import check_count, check_share, check_temperature

LOWEST = 1e-12
"""Lowest adaptive temperature, since from 0 it could never rise."""


class Adaptive(Schedule):
    """Aims at a share of accepted generations that falls linearly to 0.

    The logarithm of T moves by ``gain`` times the difference between the target share and the
    share accepted in the last generation (stochastic approximation, Robbins and Monro 1951), so
    that nothing needs to be known about the size of fitness differences.

    Parameters
    ----------
    T : float
        Initial temperature in units of fitness, > 0.
    target : float
        Initial target share of accepted generations, in (0, 1].
    period : int
        Generations until the target is 0, >= 1.
    gain : float
        Size of a correction, > 0.
    """

    def __init__(
        self, T: float = 1.0, target: float = 0.9, period: int = 3000, gain: float = 0.1
    ) -> None:
        self.T = max(LOWEST, check_temperature(T))
        self.target = check_share("target", target)
        self.period = check_count("period", period)
        if not 0 < gain < math.inf:
            raise ValueError(f"gain must be a positive number, got {gain}")
        self.gain = gain
        self._present = self.T

    def temperature(self, generation: int) -> float:
        """Return the current temperature, whatever the generation."""
        return self._present

    def learn(self, generation: int, accepted: float) -> None:
        """Move the temperature towards the target share of the generation."""
        wanted = self.target * max(0.0, 1 - generation / self.period)
        moved = self._present * math.exp(self.gain * (wanted - accepted))
        self._present = min(max(moved, LOWEST), 1e300)

    def state(self) -> dict[str, float]:
        """Return the current temperature."""
        return {"present": self._present}

    def restore(self, state: Mapping[str, float]) -> None:
        """Restore a temperature that `state` returned; raises `ValueError` for any other."""
        self._present = check_temperature(float(state["present"]))
