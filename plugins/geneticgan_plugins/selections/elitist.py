"""Elitist selection."""

from __future__ import annotations

from geneticgan.annealing.metropolis import Decision, Number
from geneticgan.annealing.selection import COOLING, BestOffspring


class Elitist(BestOffspring):
    """Never accept a worse offspring: annealing at temperature 0, whatever the schedule."""

    unused = COOLING

    def accepts(
        self, candidate: Number, incumbent: Number, temperature: Number, draw: Number
    ) -> Decision:
        """Accept an offspring that is at least as fit."""
        return candidate >= incumbent
