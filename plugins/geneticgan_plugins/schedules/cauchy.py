"""Fast annealing."""

from __future__ import annotations

from geneticgan.annealing.schedule import Schedule
from geneticgan_plugins.schedules._checks import check_temperature


class Cauchy(Schedule):
    """T / (1 + n): fast annealing (Szu and Hartley 1987).

    Its convergence theorem holds for proposals with a Cauchy distribution, whose long jumps make
    up for the fast cooling; with other mutations it is just another way to cool.

    Parameters
    ----------
    T : float
        Initial temperature in units of fitness, >= 0.
    """

    def __init__(self, T: float = 1.0) -> None:
        self.T = check_temperature(T)

    def temperature(self, generation: int) -> float:
        """Return T / (1 + generation)."""
        return self.T / (1 + generation)
