"""A schedule that is elitist from the start."""

from __future__ import annotations

from geneticgan.annealing.schedule import Schedule


class Zero(Schedule):
    """Temperature 0 throughout: only an offspring at least as fit replaces its parent."""

    def temperature(self, generation: int) -> float:
        """Return 0 for every generation."""
        return 0.0
