"""The Kullback-Leibler objective."""

from __future__ import annotations

import torch

from geneticgan_plugins.mutations._divergence import Divergence


class KullbackLeibler(Divergence):
    """-E[exp(s)]: lowers KL(real || generated), f(u) = u log u (Nowozin et al. 2016, table 1).

    It penalises missing real images: the images that look most real have the greatest weight. Its
    gradient vanishes where the discriminator is certain that all images are generated.
    """

    def conjugate(self, logits: torch.Tensor) -> torch.Tensor:
        """Return exp(s): f'(r) = 1 + log r, f*(t) = exp(t - 1)."""
        return logits.exp()
