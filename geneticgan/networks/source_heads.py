"""The source heads of `geneticgan.networks.projected`, for each depth and for the pixels."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from geneticgan.networks.discriminator import SLOPE, preserve_variance


class SourceLogits(nn.Module):
    """Maps features to source logits: one for all classes, or one for each.

    Each class's logit is a shared one plus one of its own, so that a class with few images gains
    from what is learnt on the others. This is the projection discriminator (Miyato and Koyama
    2018, equation 3) with its inner product taken for every label at once.

    Parameters
    ----------
    features : int
        Number F of features.
    classes : int
        How many labels there are.
    conditional : bool
        Whether there is a logit for each class.
    """

    def __init__(self, features: int, classes: int, conditional: bool) -> None:
        super().__init__()
        self.shared = nn.Linear(features, 1)
        self.own = nn.Linear(features, classes) if conditional else None

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return logits (B, 1), or (B, K) if conditional, for features (B, F)."""
        logits: torch.Tensor = self.shared(features)
        return logits if self.own is None else logits + self.own(features)


class DepthHead(nn.Module):
    """Maps mixed features to source logits, each the mean over positions of a map of logits.

    Parameters
    ----------
    width, side : int
        Channels and height (= width) of the mixture.
    classes, conditional
        The same as for `SourceLogits`.
    """

    def __init__(self, width: int, side: int, classes: int, conditional: bool) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        while side > 4:
            layers += [nn.Conv2d(width, width, 4, stride=2, padding=1), nn.LeakyReLU(SLOPE)]
            side //= 2
        layers += [nn.Conv2d(width, width, 3, padding=1), nn.LeakyReLU(SLOPE)]
        preserve_variance(layers)
        self.layers = nn.Sequential(*layers)
        # Linear, so that the logits of the mean are the mean of the logits.
        self.logits = SourceLogits(width, classes, conditional)

    def forward(self, mixture: torch.Tensor) -> torch.Tensor:
        """Return logits as `SourceLogits` does."""
        logits: torch.Tensor = self.logits(self.layers(mixture).mean(dim=(2, 3)))
        return logits


class SourceHeads(nn.Module):
    """The mean of the logits of all depths; half of it is the pixels', if they have a head.

    Parameters
    ----------
    depths : sequence of DepthHead
        From fine to coarse.
    pixels : SourceLogits, optional
        The head of features that were trained on the pixels.
    """

    def __init__(self, depths: Sequence[DepthHead], pixels: SourceLogits | None) -> None:
        super().__init__()
        self.depths = nn.ModuleList(depths)
        self.pixels = pixels

    def forward(self, read: tuple[torch.Tensor, ...]) -> torch.Tensor:
        """Return logits as `SourceLogits` does.

        The inputs are the mixtures and, if they have a head, the pixels' features.
        """
        mixed = read if self.pixels is None else read[:-1]
        logits = [head(each) for head, each in zip(self.depths, mixed, strict=True)]
        mean = torch.stack(logits).mean(dim=0)
        return mean if self.pixels is None else (mean + self.pixels(read[-1])) / 2
