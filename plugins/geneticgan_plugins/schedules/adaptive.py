"""A temperature that follows what is accepted."""

from __future__ import annotations

import math
from collections.abc import Mapping

from geneticgan.annealing.schedule import Schedule
from geneticgan_plugins.schedules._checks import check_count, check_share, check_temperature

LOWEST = 1e-12
"""Of a temperature that adapts: from 0 it could never rise."""


class Adaptive(Schedule):
    """Aims at a share of accepted generations, which falls in a straight line to 0.

    The logarithm of T moves by ``gain`` times the difference between the share that is aimed at
    and whether the last generation was accepted (stochastic approximation, Robbins and Monro
    1951). So it needs no knowledge of how large differences in fitness are.

    Parameters
    ----------
    T : float
        First temperature in units of fitness, > 0.
    target : float
        Share of accepted generations aimed at in the beginning, in (0, 1].
    period : int
        Generations until it is 0, >= 1.
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
        """Return the present temperature, whatever the generation."""
        return self._present

    def learn(self, generation: int, accepted: float) -> None:
        """Move towards the share that the generation is to have."""
        wanted = self.target * max(0.0, 1 - generation / self.period)
        moved = self._present * math.exp(self.gain * (wanted - accepted))
        self._present = min(max(moved, LOWEST), 1e300)

    def state(self) -> dict[str, float]:
        """Return the present temperature."""
        return {"present": self._present}

    def restore(self, state: Mapping[str, float]) -> None:
        """Take up a temperature that `state` returned."""
        self._present = float(state["present"])
