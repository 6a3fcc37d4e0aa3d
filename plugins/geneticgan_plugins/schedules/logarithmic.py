"""The schedule of the convergence theorems."""

from __future__ import annotations

import math

from geneticgan.annealing.schedule import Schedule
from geneticgan_plugins.schedules._checks import check_temperature


class Logarithmic(Schedule):
    """T / log(n + e): cools slowly enough for the convergence theorem of annealing.

    Hajek 1988 (theorem 1): the probability of being at a global optimum tends to 1 if and only if
    T is at least the depth d* of the deepest local optimum that is not global, which is Hajek's
    constant. It is known for small problems only (see docs/theory.md).

    Parameters
    ----------
    T : float
        Initial temperature in units of fitness, >= 0.
    """

    def __init__(self, T: float = 1.0) -> None:
        self.T = check_temperature(T)

    def temperature(self, generation: int) -> float:
        """Return T / log(generation + e); T at generation 0."""
        return self.T / math.log(generation + math.e)
