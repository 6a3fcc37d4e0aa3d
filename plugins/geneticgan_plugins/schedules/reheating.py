"""Cooling that begins again and again."""

from __future__ import annotations

from geneticgan.annealing.schedule import Schedule
from geneticgan_plugins.schedules._checks import check_count, check_share, check_temperature


class Reheating(Schedule):
    """Exponential cooling from T, begun again every period at a share of the last start.

    A search that has settled is shaken once more, less each time.

    Parameters
    ----------
    T : float
        First temperature in units of fitness, >= 0.
    alpha : float
        Annealing coefficient in (0, 1].
    period : int
        Generations between two beginnings, >= 1.
    share : float
        Of the last beginning's temperature, in (0, 1].
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
