"""Linear cooling to zero."""

from __future__ import annotations

from geneticgan.annealing.schedule import Schedule
from geneticgan_plugins.schedules._checks import check_count, check_temperature


class Linear(Schedule):
    """T * (1 - n / period), and 0 after the period.

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
        """Return the linear temperature of the generation, never below 0."""
        return self.T * max(0.0, 1.0 - generation / self.period)
