"""The reverse Kullback-Leibler objective."""

from __future__ import annotations

import torch

from geneticgan_plugins.mutations._divergence import Divergence


class ReverseKullbackLeibler(Divergence):
    """1 - E[s]: lowers KL(generated || real), f(u) = -log u (Nowozin et al. 2016, table 1).

    It penalises generated images that are unlike real ones, and may leave real ones out. All
    images within the limit have the same weight.
    """

    def conjugate(self, logits: torch.Tensor) -> torch.Tensor:
        """Return s - 1: f'(r) = -1/r, f*(t) = -1 - log(-t)."""
        return logits - 1
