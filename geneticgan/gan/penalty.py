"""The gradient penalty that can be added to L_D; it is not part of the fitness."""

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
    """Return the mean of (|| ds/dx || - 1)^2 at random points between real and generated images.

    See Gulrajani et al. 2017, equation 3.

    Parameters
    ----------
    source : callable
        Maps images to source logits (B,).
    real : Tensor
        Real images of shape (B, C, H, W).
    generated : Tensor
        This process's share of equally many generated images.
    rng : torch.Generator
        Draws the points.
    processes : Processes
        The processes of the run.
    """
    share = torch.rand((len(real), 1, 1, 1), generator=rng).to(generated)
    share, real, count = processes.own(share), processes.own(real), len(real)
    between = (share * real + (1 - share) * generated).requires_grad_()
    (gradient,) = torch.autograd.grad(source(between).sum(), between, create_graph=True)
    norms = processes.whole(torch.linalg.vector_norm(gradient.flatten(1), dim=1), count)
    penalty: torch.Tensor = (norms - 1).square().mean()
    return penalty
