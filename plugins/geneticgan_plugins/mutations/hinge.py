"""The hinge objective."""

from __future__ import annotations

import torch
from torch.nn.functional import relu

from geneticgan.evolution.mutation import Mutation


class Hinge(Mutation):
    """E[max(0, margin - D(G(z)))]: hinge loss of generated images (Zhao et al. 2017, eq. 2).

    An image that the discriminator believes by more than the margin teaches nothing more, which
    keeps a generator from running after a few easy images. Without the margin it is ``wgan``,
    which is what later papers call the hinge generator (Lim and Ye 2017).

    Parameters
    ----------
    margin : float
        Logit from which on an image is good enough.
    """

    def __init__(self, margin: float = 1.0) -> None:
        self.margin = margin

    def loss(self, fake: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        """Return the mean of max(0, margin - s); never negative."""
        return relu(self.margin - fake).mean()
