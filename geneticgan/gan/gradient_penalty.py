"""The gradient penalty that keeps a critic smooth."""

from __future__ import annotations

from collections.abc import Callable

import torch


def gradient_penalty(
    source: Callable[[torch.Tensor], torch.Tensor],
    real: torch.Tensor,
    generated: torch.Tensor,
    rng: torch.Generator,
) -> torch.Tensor:
    """Return the mean of (|| ds/dx || - 1)^2 at random places between real and generated images.

    Gulrajani et al. 2017, equation 3.

    Parameters
    ----------
    source : callable
        From images to source logits (B,).
    real, generated : Tensor
        Shape (B, C, H, W).
    rng : torch.Generator
        Draws the places.
    """
    share = torch.rand((len(generated), 1, 1, 1), generator=rng).to(generated)
    between = (share * real + (1 - share) * generated).requires_grad_()
    (gradient,) = torch.autograd.grad(source(between).sum(), between, create_graph=True)
    norms = torch.linalg.vector_norm(gradient.flatten(1), dim=1)
    penalty: torch.Tensor = (norms - 1).square().mean()
    return penalty
