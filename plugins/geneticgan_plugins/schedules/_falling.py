"""What falls from a temperature to 0 within a period."""

from __future__ import annotations

from geneticgan.annealing.schedule import Schedule
from geneticgan_plugins.schedules._checks import check_count, check_temperature


class Falling(Schedule):
    """Keeps the options T and period of a schedule that ends at 0; the subclasses explain them."""

    def __init__(self, T: float = 1.0, period: int = 1000) -> None:
        self.T = check_temperature(T)
        self.period = check_count("period", period)
