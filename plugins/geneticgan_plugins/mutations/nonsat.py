"""The non-saturating objective."""

from __future__ import annotations

import torch
from torch.nn.functional import softplus

from geneticgan.gan.mutation import Mutation


class NonSaturating(Mutation):
    """-E[log sigmoid(D(G(z)))]: maximise the discriminator's mistake (Goodfellow 2014, section 3).

    Its gradient is greatest where the discriminator is certain that images are generated.
    """

    def loss(self, fake: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        """Return the mean of -log sigmoid(s) = softplus(-s); never negative."""
        return softplus(-fake).mean()
