"""Cooling that restarts periodically."""

from __future__ import annotations

from geneticgan.annealing.schedule import Schedule
from geneticgan_plugins.schedules._checks import check_count, check_share, check_temperature


class Reheating(Schedule):
    """Exponential cooling from T, restarted every period at a share of the last start.

    A search that has settled is disturbed again, less each time.

    Parameters
    ----------
    T : float
        Initial temperature in units of fitness, >= 0.
    alpha : float
        Annealing coefficient in (0, 1].
    period : int
        Generations between two starts, >= 1.
    share : float
        Share of the last start's temperature at which cooling restarts, in (0, 1].
    """

    def __init__(
        self, T: float = 1.0, alpha: float = 0.99, period: int = 500, share: float = 0.5
    ) -> None:
        self.T = check_temperature(T)
        self.alpha = check_share("alpha", alpha)
        self.period = check_count("period", period)
        self.share = check_share("share", share)

    def temperature(self, generation: int) -> float:
        """Return T * share^rounds * alpha^(generations of this round)."""
        rounds, since = divmod(generation, self.period)
        return float(self.T * self.share**rounds * self.alpha**since)
