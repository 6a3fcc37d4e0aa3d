"""The paper's schedule."""

from __future__ import annotations

from geneticgan.annealing.schedule import Schedule
from geneticgan_plugins.schedules._checks import check_share, check_temperature


class Exponential(Schedule):
    """T * alpha^n: the paper's cooling, T <- alpha * T once a generation (Algorithm 1, line 18).

    Parameters
    ----------
    T : float
        Initial temperature in units of fitness, >= 0.
    alpha : float
        Annealing coefficient in (0, 1]; 1 never cools.
    """

    def __init__(self, T: float = 1000.0, alpha: float = 0.99) -> None:
        self.T = check_temperature(T)
        self.alpha = check_share("alpha", alpha)

    def temperature(self, generation: int) -> float:
        """Return T * alpha^generation; 0 once that underflows."""
        return float(self.T * self.alpha**generation)
