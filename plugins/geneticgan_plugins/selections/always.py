"""The best offspring always wins."""

from __future__ import annotations

import torch

from geneticgan.annealing.selection import BestOffspring


class Always(BestOffspring):
    """E-GAN's selection (Wang et al. 2019): the best living offspring takes its parent's place."""

    def accepts(self, candidate: float, incumbent: float, temperature: float, draw: float) -> bool:
        """Accept."""
        return True

    @staticmethod
    def accepts_on_device(
        candidate: torch.Tensor,
        incumbent: torch.Tensor,
        temperature: torch.Tensor,
        draw: torch.Tensor,
    ) -> torch.Tensor:
        """Accept."""
        return torch.ones_like(candidate, dtype=torch.bool)
