"""The reverse Kullback-Leibler objective."""

from __future__ import annotations

import torch

from geneticgan_plugins.mutations._divergence import Divergence


class ReverseKullbackLeibler(Divergence):
    """1 - E[s]: lowers KL(generated || real), f(u) = -log u (Nowozin et al. 2016, table 1).

    It asks that no generated image be unlike real ones, and may leave real ones out. Every image
    within the limit weighs the same.
    """

    def conjugate(self, logits: torch.Tensor) -> torch.Tensor:
        """Return s - 1: f'(r) = -1/r, f*(t) = -1 - log(-t)."""
        return logits - 1
