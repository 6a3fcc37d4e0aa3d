"""What the f-divergence objectives share."""

from __future__ import annotations

import math
from abc import abstractmethod

import torch

from geneticgan.gan.mutation import Mutation


class Divergence(Mutation):
    """-E[f*(f'(r))] with the density ratio r = exp(D(G(z))): the generator's part of f-GAN.

    Nowozin et al. 2016 (eqs. 4 and 6) train a discriminator for each divergence. Here all
    objectives share one whose logit estimates log(p_real / p_generated), from which f'(r) follows.

    Parameters
    ----------
    limit : float
        Logits are clamped to [-limit, limit], with no gradient outside: the ratio grows
        exponentially, and a single image would otherwise dominate the gradient.
    """

    def __init__(self, limit: float = 5.0) -> None:
        if not 0 < limit < math.inf:
            raise ValueError(f"limit must be a positive number, got {limit}")
        self.limit = limit

    @abstractmethod
    def conjugate(self, logits: torch.Tensor) -> torch.Tensor:
        """Return f*(f'(exp(s))) for logits s, elementwise."""

    def loss(self, fake: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        """Return minus the mean conjugate of the clamped logits."""
        return -self.conjugate(fake.clamp(-self.limit, self.limit)).mean()
