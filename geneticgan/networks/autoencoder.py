"""An autoencoder built like the discriminator and the generator."""

from __future__ import annotations

import torch
from torch import nn

from geneticgan.networks.discriminator import ConvolutionalDiscriminator
from geneticgan.networks.sizes import MAX_MULTIPLE, halvings


class Autoencoder(nn.Module):
    """Maps images to codes and back.

    Parameters
    ----------
    channels, size, width : int
        The same as for the discriminator.
    latent_dim : int
        Length of a code.
    """

    def __init__(self, channels: int, size: int, width: int, latent_dim: int) -> None:
        super().__init__()
        body = ConvolutionalDiscriminator(channels, size, 2, width)
        self.encoder = nn.Sequential(body.trunk, nn.Linear(body.features, latent_dim))
        doublings = halvings(size)
        self.start = size // 2**doublings
        maps = [width * min(2 ** (doublings - 1 - i), MAX_MULTIPLE) for i in range(doublings)]
        layers: list[nn.Module] = [
            nn.Linear(latent_dim, maps[0] * self.start**2),
            nn.Unflatten(1, (maps[0], self.start, self.start)),
        ]
        for before, after in zip(maps, [*maps[1:], channels], strict=True):
            layers += [
                nn.BatchNorm2d(before),
                nn.ReLU(),
                nn.ConvTranspose2d(before, after, 4, stride=2, padding=1),
            ]
        self.decoder = nn.Sequential(*layers, nn.Tanh())

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return reconstructions (B, C, H, W) in [-1, 1]."""
        decoded: torch.Tensor = self.decoder(self.encoder(images))
        return decoded
