"""A schedule without cooling."""

from __future__ import annotations

from geneticgan.annealing.schedule import Schedule
from geneticgan_plugins.schedules._checks import check_temperature


class Constant(Schedule):
    """The same temperature throughout: the Metropolis algorithm without annealing.

    Parameters
    ----------
    T : float
        Temperature in units of fitness, >= 0.
    """

    def __init__(self, T: float = 1.0) -> None:
        self.T = check_temperature(T)

    def temperature(self, generation: int) -> float:
        """Return T for every generation."""
        return self.T
