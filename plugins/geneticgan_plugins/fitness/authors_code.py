"""The fitness as the paper's authors' published code computes it."""

from __future__ import annotations

import torch
from torch.nn.functional import softplus

from geneticgan.gan.fitness import FitnessFunction, FitnessInputs, diversity


class AuthorsCode(FitnessFunction):
    """The discriminator's loss on generated images, and plus the log of its gradient's norm.

    The published code differs from the paper in both values: quality is not equation 2's mean
    probability but the discriminator's loss on the images, and the logarithm of equation 3 lacks
    its minus sign, so that steep gradients count as diverse. It is included for comparison with
    ``paper``. The code's lambda is 0.2.
    """

    def evaluate(self, inputs: FitnessInputs) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the mean of -log(1 - sigmoid(D(G(z)))), and the log gradient norm."""
        return softplus(inputs.logits.source).mean(), -diversity(inputs.gradients)
