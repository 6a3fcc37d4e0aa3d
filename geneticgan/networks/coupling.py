"""Whether a discriminator judges each image by itself."""

from __future__ import annotations

import torch
from torch.nn.modules.batchnorm import _BatchNorm


def couples_samples(discriminator: torch.nn.Module) -> bool:
    """Tell whether a module normalises over the batch, so that its samples depend on each other.

    Group, layer and instance norm, spectral norm and dropout do not couple samples.
    """
    return any(isinstance(part, _BatchNorm) for part in discriminator.modules())
