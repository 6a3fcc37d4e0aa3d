"""A fitness that measures what the discriminator would learn."""

from __future__ import annotations

import math

import torch

from geneticgan.gan.fitness import FitnessFunction, FitnessInputs, diversity


class Validation(FitnessFunction):
    """Minus the class loss on held-out real images after a trial step of the discriminator.

    A generator is as good as what its images teach. The held-out images are class-balanced
    batches of the validation part, which is then no longer an unbiased test of the class head.
    Diversity is the paper's.

    Parameters
    ----------
    length : float
        Length of the discriminator's trial step, in the norm of all its weights.
    """

    needs_held_out = True

    def __init__(self, length: float = 0.05) -> None:
        if not 0 < length < math.inf:
            raise ValueError(f"length must be a positive number, got {length}")
        self.length = length

    def evaluate(self, inputs: FitnessInputs) -> tuple[torch.Tensor, torch.Tensor]:
        """Return minus the held-out class loss, and minus the log gradient norm."""
        loss = inputs.held_out_loss(inputs.gradients, self.length)
        return -loss, diversity(inputs.gradients)
