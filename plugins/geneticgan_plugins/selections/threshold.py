"""Annealing without chance."""

from __future__ import annotations

import torch

from geneticgan.annealing.selection import BestOffspring


class Threshold(BestOffspring):
    """Threshold accepting (Dueck and Scheuer 1990): accept what is worse by at most T."""

    def accepts(self, candidate: float, incumbent: float, temperature: float, draw: float) -> bool:
        """Accept a loss of fitness up to the temperature."""
        return candidate >= incumbent - temperature

    @staticmethod
    def accepts_on_device(
        candidate: torch.Tensor,
        incumbent: torch.Tensor,
        temperature: torch.Tensor,
        draw: torch.Tensor,
    ) -> torch.Tensor:
        """Accept a loss of fitness up to the temperature."""
        return candidate >= incumbent - temperature
