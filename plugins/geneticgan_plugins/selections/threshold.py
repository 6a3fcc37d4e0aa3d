"""Annealing without randomness."""

from __future__ import annotations

from geneticgan.annealing.metropolis import Decision, Number
from geneticgan.annealing.selection import BestOffspring


class Threshold(BestOffspring):
    """Threshold accepting (Dueck and Scheuer 1990): accept offspring worse by at most T."""

    def accepts(
        self, candidate: Number, incumbent: Number, temperature: Number, draw: Number
    ) -> Decision:
        """Accept a loss of fitness up to the temperature."""
        return candidate >= incumbent - temperature
