"""The Wasserstein objective."""

from __future__ import annotations

import torch

from geneticgan.gan.mutation import Mutation


class Wasserstein(Mutation):
    """-E[D(G(z))]: the generator's part of WGAN (Arjovsky et al. 2017, eq. 3).

    It measures a distance only with a critic that is kept smooth (``adversary = "wasserstein"``
    in a config file); with the usual discriminator it is just another objective.
    """

    def loss(self, fake: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        """Return minus the mean source logit."""
        return -fake.mean()
