"""The default architecture."""

from __future__ import annotations

from geneticgan.networks.contracts import Architecture, Discriminator, Generator
from geneticgan.networks.discriminator import ConvolutionalDiscriminator
from geneticgan.networks.generator import ConvolutionalGenerator


class Convolutional(Architecture):
    """Transposed convolutions and their mirror image, as in DCGAN (Radford et al. 2016)."""

    def generator(
        self, channels: int, size: int, classes: int, width: int, latent_dim: int
    ) -> Generator:
        """Return a generator of images of 8 to 128 pixels."""
        return ConvolutionalGenerator(channels, size, classes, width, latent_dim)

    def discriminator(self, channels: int, size: int, classes: int, width: int) -> Discriminator:
        """Return its mirror image."""
        return ConvolutionalDiscriminator(channels, size, classes, width)
