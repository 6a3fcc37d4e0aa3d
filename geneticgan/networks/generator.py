"""The class-conditional generator family, 8 to 128 pixels."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from geneticgan.networks.contracts import Generator
from geneticgan.networks.sizes import MAX_MULTIPLE, check_shape, halvings

Rows = Callable[[torch.Tensor], torch.Tensor]
"""Maps the rows of a tensor to some of them."""


class ConditionalBatchNorm(nn.Module):
    """Batch normalisation whose scale and shift are looked up by class (de Vries et al. 2017).

    Parameters
    ----------
    channels, classes : int
        Number of channels of the feature map, and number of labels.
    """

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.scale = nn.Embedding(classes, channels)
        self.shift = nn.Embedding(classes, channels)
        nn.init.ones_(self.scale.weight)
        nn.init.zeros_(self.shift.weight)

    def forward(
        self, features: torch.Tensor, labels: torch.Tensor, offset: torch.Tensor | float = 0.0
    ) -> torch.Tensor:
        """Normalise (B, C, H, W) over the batch; scale and shift by labels (B,).

        The offset, if any, has shape (B, C, 1, 1) and is added to the shift.
        """
        scale = self.scale(labels)[:, :, None, None]
        shift = self.shift(labels)[:, :, None, None] + offset
        # One pass over the feature map instead of two.
        return torch.addcmul(shift, self.norm(features), scale)


class LatentStyle(nn.Module):
    """Maps the latent to an offset of each channel, with unit variance over the batch.

    Parameters
    ----------
    latent_dim, channels : int
        Length of the latent vector, and number of channels of the feature map.
    """

    def __init__(self, latent_dim: int, channels: int) -> None:
        super().__init__()
        self.dense = nn.Linear(latent_dim, channels, bias=False)
        self.norm = nn.BatchNorm2d(channels, affine=False)

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        """Return offsets (B, channels, 1, 1) for latents (B, latent_dim)."""
        offset: torch.Tensor = self.norm(self.dense(latent)[:, :, None, None])
        return offset


class ConvolutionalGenerator(Generator):
    """Maps latent and label to an image: a dense layer, then transposed convolutions that double.

    A discriminator that sees one image at a time does not notice a class that has collapsed to a
    single image, so the architecture resists collapse: the latent's contribution is normalised
    separately, at the start and again at every size, before the label's is added. Training cannot
    remove its variance there.

    Parameters
    ----------
    channels : int
        Image channels, 1 or 3.
    size : int
        Image height and width in pixels, one of 8, 16, 28, 32, 64, 128.
    classes : int
        How many labels there are, >= 2.
    width : int
        Channels of the last hidden layer; each earlier layer has twice as many, up to eight times
        the width. The generator mirrors the discriminator, as in DCGAN.
    latent_dim : int
        Length of the latent vector.
    """

    of_latents = "spread", "styles"

    def __init__(
        self, channels: int, size: int, classes: int, width: int = 32, latent_dim: int = 64
    ) -> None:
        super().__init__(latent_dim)
        check_shape(channels, size, classes, width)
        self.classes = classes
        doublings = halvings(size)
        self.start = size // 2**doublings
        # From coarse to fine; the finest feature map has half the image's size.
        maps = [width * min(2 ** (doublings - 1 - i), MAX_MULTIPLE) for i in range(doublings)]
        self.channels = maps[0]
        self.dense = nn.Linear(latent_dim, maps[0] * self.start**2, bias=False)
        self.spread = nn.BatchNorm2d(maps[0], affine=False)
        self.prototype = nn.Embedding(classes, maps[0] * self.start**2)
        self.styles = nn.ModuleList(LatentStyle(latent_dim, count) for count in maps[1:])
        self.norms = nn.ModuleList(ConditionalBatchNorm(count, classes) for count in maps)
        self.ups = nn.ModuleList(
            nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=last)
            for before, after, last in zip(
                maps,
                [*maps[1:], channels],
                [False] * (doublings - 1) + [True],
                strict=True,
            )
        )

    def forward(
        self, latent: torch.Tensor, labels: torch.Tensor, own: Rows | None = None
    ) -> torch.Tensor:
        """Return images (B, C, H, W) in [-1, 1] for latents (B, latent_dim) and labels (B,).

        With ``own`` they are images of those rows only, of which alone the labels are given.
        """
        shape = (-1, self.channels, self.start, self.start)
        spread = self.spread(self.dense(latent).view(shape))
        offsets = [style(latent) for style in self.styles]
        if own is not None:
            spread, offsets = own(spread), list(map(own, offsets))
        hidden = spread + self.prototype(labels).view(shape)
        for norm, offset, up in zip(self.norms, [0.0, *offsets], self.ups, strict=True):
            hidden = up(torch.relu_(norm(hidden, labels, offset)))
        return torch.tanh(hidden)
