"""The Pearson chi-square objective."""

from __future__ import annotations

import torch

from geneticgan_plugins.mutations._divergence import Divergence


class Pearson(Divergence):
    """1 - E[exp(2s)]: lowers the chi-square distance, f(u) = (u - 1)^2 (Nowozin et al. 2016).

    It resembles ``kl`` but is more extreme: images are weighted by the square of the density ratio.
    """

    def conjugate(self, logits: torch.Tensor) -> torch.Tensor:
        """Return exp(2s) - 1: f'(r) = 2 (r - 1), f*(t) = t^2 / 4 + t."""
        return (2 * logits).exp() - 1
