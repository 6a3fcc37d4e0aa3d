"""The relativistic standard objective."""

from __future__ import annotations

import torch
from torch.nn.functional import softplus

from geneticgan.gan.mutation import Mutation


class RelativisticStandard(Mutation):
    """-E[log sigmoid(D(G(z)) - D(x))]: look more real than real (Jolicoeur-Martineau 2018).

    The expectation is over all pairs of a generated and a real image of the batch, the unbiased
    estimate of least variance; the paper pairs images at the same position. The discriminator's
    own loss does not change.
    """

    def loss(self, fake: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        """Return the mean of softplus(real_j - fake_i) over all pairs; never negative."""
        return softplus(real.unsqueeze(0) - fake.unsqueeze(1)).mean()
