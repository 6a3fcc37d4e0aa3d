"""The gradient penalty that may stand beside L_D; it is no part of the fitness."""

from __future__ import annotations

from collections.abc import Callable

import torch

from geneticgan.gan.processes import ALONE, Processes


def gradient_penalty(
    source: Callable[[torch.Tensor], torch.Tensor],
    real: torch.Tensor,
    generated: torch.Tensor,
    rng: torch.Generator,
    processes: Processes = ALONE,
) -> torch.Tensor:
    """Return the mean of (|| ds/dx || - 1)^2 at random places between real and generated images.

    Gulrajani et al. 2017, equation 3.

    Parameters
    ----------
    source : callable
        From images to source logits (B,).
    real : Tensor
        Shape (B, C, H, W).
    generated : Tensor
        This process's share of as many.
    rng : torch.Generator
        Draws the places.
    processes : Processes
        Of the run.
    """
    share = torch.rand((len(real), 1, 1, 1), generator=rng).to(generated)
    share, real, count = processes.own(share), processes.own(real), len(real)
    between = (share * real + (1 - share) * generated).requires_grad_()
    (gradient,) = torch.autograd.grad(source(between).sum(), between, create_graph=True)
    norms = processes.whole(torch.linalg.vector_norm(gradient.flatten(1), dim=1), count)
    penalty: torch.Tensor = (norms - 1).square().mean()
    return penalty
