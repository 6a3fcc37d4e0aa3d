"""The minimax objective of the original GAN."""

from __future__ import annotations

import torch
from torch.nn.functional import softplus

from geneticgan.gan.mutation import Mutation


class Minimax(Mutation):
    """E[log(1 - sigmoid(D(G(z))))]: minimise the discriminator's success (Goodfellow 2014, eq. 1).

    Its gradient vanishes where the discriminator is certain that images are generated.
    """

    def loss(self, fake: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        """Return the mean of log(1 - sigmoid(s)) = -softplus(s); never positive."""
        return -softplus(fake).mean()
