"""Only progress."""

from __future__ import annotations

import torch

from geneticgan.annealing.selection import BestOffspring


class Elitist(BestOffspring):
    """Never accept a worse one: annealing at temperature 0, whatever the schedule."""

    def accepts(self, candidate: float, incumbent: float, temperature: float, draw: float) -> bool:
        """Accept what is at least as fit."""
        return candidate >= incumbent

    @staticmethod
    def accepts_on_device(
        candidate: torch.Tensor,
        incumbent: torch.Tensor,
        temperature: torch.Tensor,
        draw: torch.Tensor,
    ) -> torch.Tensor:
        """Accept what is at least as fit."""
        return candidate >= incumbent
