"""The relativistic average least-squares objective."""

from __future__ import annotations

import torch

from geneticgan.gan.mutation import Mutation


class RelativisticAverageLeastSquares(Mutation):
    """Squares of logits against the other side's mean (Jolicoeur-Martineau 2018).

    E[(D(G(z)) - mean D(x) - 1)^2] + E[(D(x) - mean D(G(z)) + 1)^2]: generated images are to be
    one logit above the mean real one, and real ones one below the mean generated one.
    """

    def loss(self, fake: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        """Return the sum of both mean squares; never negative."""
        generated = (fake - real.mean() - 1).square().mean()
        return generated + (real - fake.mean() + 1).square().mean()
