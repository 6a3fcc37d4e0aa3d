"""The schedule of the convergence theorems."""

from __future__ import annotations

import math

from geneticgan.evolution.annealing import Schedule
from geneticgan_plugins.schedules._checks import check_temperature


class Logarithmic(Schedule):
    """T / log(n + e): cools slowly enough for the convergence theorem of annealing (Hajek 1988).

    Parameters
    ----------
    T : float
        Initial temperature in units of fitness, >= 0; the theorem asks that it be at least the
        depth of the deepest local optimum that is not global.
    """

    def __init__(self, T: float = 1.0) -> None:
        self.T = check_temperature(T)

    def temperature(self, generation: int) -> float:
        """Return T / log(generation + e); T at generation 0."""
        return self.T / math.log(generation + math.e)
