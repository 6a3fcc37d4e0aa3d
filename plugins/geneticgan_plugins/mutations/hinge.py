"""The hinge objective."""

from __future__ import annotations

import torch
from torch.nn.functional import relu

from geneticgan.gan.mutation import Mutation


class Hinge(Mutation):
    """E[max(0, margin - D(G(z)))]: the hinge of geometric GAN (Lim and Ye 2017) for generators.

    In that paper only the discriminator's loss has a hinge, and the generator's is ``wgan``. With
    a hinge here, an image whose logit exceeds the margin has no gradient, which keeps a generator
    from concentrating on a few easy images.

    Parameters
    ----------
    margin : float
        Logit above which an image is good enough.
    """

    def __init__(self, margin: float = 1.0) -> None:
        self.margin = margin

    def loss(self, fake: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        """Return the mean of max(0, margin - s); never negative."""
        return relu(self.margin - fake).mean()
