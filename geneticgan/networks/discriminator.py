"""The two-headed discriminator family; its class head alone is the classifier network (CN)."""

from __future__ import annotations

import torch
from torch import nn

from geneticgan.networks.sizes import MAX_MULTIPLE, check_shape

SLOPE = 0.2
"""Of the leaky rectifiers, as in DCGAN."""


class Discriminator(nn.Module):
    """Image to a source logit and class logits (paper, III-B).

    No layer couples the samples of a batch (there is no batch normalisation): row i of the
    output depends on image i alone, which the shared-gradient step needs.

    Parameters
    ----------
    channels, size, classes : int
        As for `geneticgan.networks.generator.Generator`.
    width : int
        Channels of the first layer; each next one has twice as many, up to eight times that.
    """

    def __init__(self, channels: int, size: int, classes: int, width: int = 32) -> None:
        super().__init__()
        check_shape(channels, size, classes, width)
        layers: list[nn.Module] = []
        before, after = channels, width
        if size <= 16:
            # Few halvings are left at this size; a layer at full size makes up for depth.
            layers += [nn.Conv2d(before, after, 3, padding=1), nn.LeakyReLU(SLOPE)]
            before, after = after, 2 * after
        while size > 4:
            layers += [nn.Conv2d(before, after, 4, stride=2, padding=1), nn.LeakyReLU(SLOPE)]
            before, after = after, min(2 * after, MAX_MULTIPLE * width)
            size //= 2
        self.trunk = nn.Sequential(*layers, nn.Flatten())
        self.channels = before
        self.features = before * size**2
        self.source = nn.Linear(self.features, 1)
        self.classifier = nn.Linear(self.features, classes)
        for layer in layers:
            if isinstance(layer, nn.Conv2d):
                # Without normalisation the variance has to be kept by the start values (He 2015).
                nn.init.kaiming_normal_(layer.weight, a=SLOPE)
                nn.init.zeros_(layer.bias)  # type: ignore[arg-type]  # every layer here has one

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return source logits (B,) and class logits (B, K) of images (B, C, H, W) in [-1, 1]."""
        features = self.trunk(images)
        return self.source(features).squeeze(1), self.classifier(features)

    def channel_means(self, images: torch.Tensor) -> torch.Tensor:
        """Return the last hidden layer's channels averaged over the image, (B, channels)."""
        hidden: torch.Tensor = self.trunk(images)
        return hidden.reshape(len(hidden), self.channels, -1).mean(dim=2)
