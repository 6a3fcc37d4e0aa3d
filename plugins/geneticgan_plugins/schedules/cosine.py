"""Cosine cooling."""

from __future__ import annotations

import math

from geneticgan.annealing.schedule import Schedule
from geneticgan_plugins.schedules._checks import check_count, check_temperature


class Cosine(Schedule):
    """T * (1 + cos(pi * n / period)) / 2, then 0 (Loshchilov and Hutter 2017, eq. 5).

    It cools slowly at first, fast in the middle and slowly at the end.

    Parameters
    ----------
    T : float
        Initial temperature in units of fitness, >= 0.
    period : int
        Generations until the temperature is 0, >= 1.
    """

    def __init__(self, T: float = 1.0, period: int = 1000) -> None:
        self.T = check_temperature(T)
        self.period = check_count("period", period)

    def temperature(self, generation: int) -> float:
        """Return the temperature of the generation, 0 after the period."""
        if generation >= self.period:
            return 0.0
        return self.T * (1 + math.cos(math.pi * generation / self.period)) / 2
