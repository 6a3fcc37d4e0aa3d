"""The least-squares objective."""

from __future__ import annotations

import math

import torch

from geneticgan.gan.mutation import Mutation


class LeastSquares(Mutation):
    """E[(sigmoid(D(G(z))) - b)^2]: the least-squares objective on the source probability.

    Mao et al. 2017 apply it to a discriminator without a sigmoid. Here all objectives share one
    discriminator whose source head ends in a sigmoid (paper, III-B), as in E-GAN (Wang et al.
    2019, eq. 6), so the objective is computed from its output.

    Parameters
    ----------
    b : float
        Target output for generated images.
    sigmoid : bool
        Whether to apply the sigmoid; false gives the objective of LSGAN, on the bare logit.
    """

    def __init__(self, b: float = 1.0, sigmoid: bool = True) -> None:
        if not math.isfinite(b):
            raise ValueError(f"b must be finite, got {b}")
        self.b = b
        self.sigmoid = sigmoid

    def loss(self, fake: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        """Return the mean of (sigmoid(s) - b)^2, or of (s - b)^2; never negative."""
        output = torch.sigmoid(fake) if self.sigmoid else fake
        return (output - self.b).square().mean()
