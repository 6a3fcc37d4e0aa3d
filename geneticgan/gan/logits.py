"""What the discriminator says of a batch of images."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Logits:
    """The discriminator's output on a batch of images.

    Attributes
    ----------
    source : Tensor
        Shape (B,), logits of being real.
    classes : Tensor
        Shape (B, K), class logits.
    guide : Tensor or None
        Shape (B, K), those of a second class head that learns from real images alone, if any.
    """

    source: torch.Tensor
    classes: torch.Tensor
    guide: torch.Tensor | None = None

    @property
    def guidance(self) -> torch.Tensor:
        """The class logits that generators learn from."""
        return self.classes if self.guide is None else self.guide

    def detach(self) -> Logits:
        """Return the same without a graph."""
        guide = None if self.guide is None else self.guide.detach()
        return Logits(self.source.detach(), self.classes.detach(), guide)
