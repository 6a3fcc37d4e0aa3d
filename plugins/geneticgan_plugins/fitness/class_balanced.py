"""A fitness that considers every class, and small ones most."""

from __future__ import annotations

import torch

from geneticgan.gan.fitness import FitnessFunction, FitnessInputs

TINY = 1e-6


class ClassBalanced(FitnessFunction):
    """Quality and diversity by class, in a mean that gives small classes more weight.

    The quality of a class is the mean probability that its images are real and of that class. Its
    diversity is the log of the mean distance between two of its images. The paper's own fitness
    treats all images the same and rewards whatever confuses the discriminator, so a class can
    collapse at no cost.

    Parameters
    ----------
    power : float
        A class of n training images has weight n^-power; 0 gives all classes equal weight.
    """

    def __init__(self, power: float = 0.5) -> None:
        if not 0 <= power <= 10:
            raise ValueError(f"power must be in [0, 10], got {power}")
        self.power = power

    def evaluate(self, inputs: FitnessInputs) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the weighted means over the classes with enough images in the batch."""
        labels = inputs.labels
        every = torch.arange(len(inputs.class_counts), device=labels.device)
        real = torch.sigmoid(inputs.logits.source)
        member = (labels.unsqueeze(1) == every).to(real.dtype)  # (B, K); one_hot reads values
        count = member.sum(0)
        weight = inputs.class_counts.clamp_min(1).pow(-self.power)
        own = inputs.logits.classes.softmax(1).gather(1, labels.unsqueeze(1)).squeeze(1)
        quality = (real * own) @ member / count.clamp_min(1)
        flat = inputs.images.flatten(1).to(real.dtype)
        distance = torch.cdist(flat, flat) / flat.shape[1] ** 0.5  # of one pixel, in [0, 2]
        pairs = count * (count - 1)
        apart = torch.einsum("ik,ij,jk->k", member, distance, member) / pairs.clamp_min(1)
        diversity = torch.log(apart + TINY)
        return _mean(quality, weight * (count > 0)), _mean(diversity, weight * (count > 1))


def _mean(values: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    return (values * weights).sum() / weights.sum().clamp_min(TINY)
