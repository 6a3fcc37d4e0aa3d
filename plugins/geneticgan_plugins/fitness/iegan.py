"""IE-GAN's fitness."""

from __future__ import annotations

import torch

from geneticgan.gan.fitness import FitnessFunction, FitnessInputs


class IEGAN(FitnessFunction):
    """The source logit, and how far apart the images of a batch are (Li et al. 2021).

    Quality is the mean of D(x) before the sigmoid. Diversity is the mean absolute difference per
    pixel between two images that the individual generates from different latents; unlike E-GAN's
    diversity, it does not depend on the discriminator's gradient.
    """

    def evaluate(self, inputs: FitnessInputs) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the mean source logit, and the mean distance of two images, in [0, 2]."""
        flat = inputs.images.flatten(1).float()
        count, pixels = flat.shape
        apart = torch.cdist(flat, flat, p=1.0).sum() / (pixels * max(1, count * (count - 1)))
        return inputs.logits.source.mean(), apart
