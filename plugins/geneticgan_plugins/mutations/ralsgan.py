"""The relativistic average least-squares objective."""

from __future__ import annotations

import torch

from geneticgan.gan.mutation import Mutation


class RelativisticAverageLeastSquares(Mutation):
    """Least squares of logits relative to the other kind's mean (Jolicoeur-Martineau 2018).

    E[(D(G(z)) - mean D(x) - 1)^2] + E[(D(x) - mean D(G(z)) + 1)^2]: the target is one logit above
    the mean real one for generated images, and one below the mean generated one for real images.
    """

    def loss(self, fake: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        """Return the sum of both mean squares; never negative."""
        generated = (fake - real.mean() - 1).square().mean()
        return generated + (real - fake.mean() + 1).square().mean()
