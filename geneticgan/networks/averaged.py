"""Several networks that classify together: the mean of their class probabilities."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import nn


class Averaged(nn.Module):
    """Networks whose class probabilities are averaged.

    Parameters
    ----------
    members : sequence of torch.nn.Module
        Each maps images (B, C, H, W) in [-1, 1] to (source logits (B,), class logits (B, K)).
    """

    def __init__(self, members: Sequence[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the mean source logits, (B,), and the logarithm of the mean probabilities, (B, K).

        Parameters
        ----------
        images : torch.Tensor
            Shape (B, C, H, W), in [-1, 1].
        """
        found = [member(images) for member in self.members]
        source = torch.stack([source for source, _ in found]).mean(dim=0)
        logs = torch.stack([logits for _, logits in found]).log_softmax(dim=2)
        return source, logs.logsumexp(dim=0) - math.log(len(found))
