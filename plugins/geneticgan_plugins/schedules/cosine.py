"""Half a wave down."""

from __future__ import annotations

import math

from geneticgan_plugins.schedules._falling import Falling


class Cosine(Falling):
    """T * (1 + cos(pi * n / period)) / 2, and 0 from then on (Loshchilov and Hutter 2017, eq. 5).

    Slow at first, fast in the middle, slow at the end.

    Parameters
    ----------
    T : float
        Initial temperature in units of fitness, >= 0.
    period : int
        Generations until the temperature is 0, >= 1.
    """

    def temperature(self, generation: int) -> float:
        """Return the height of the wave at the generation."""
        if generation >= self.period:
            return 0.0
        return self.T * (1 + math.cos(math.pi * generation / self.period)) / 2
