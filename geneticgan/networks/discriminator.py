"""The convolutional discriminator, 8 to 128 pixels."""

from __future__ import annotations

from collections.abc import Iterable

from torch import nn

from geneticgan.networks.contracts import Discriminator
from geneticgan.networks.sizes import MAX_MULTIPLE, check_shape

SLOPE = 0.2
"""Negative slope of the leaky rectifiers, as in DCGAN."""


class ConvolutionalDiscriminator(Discriminator):
    """Convolutions that halve the image, as in DCGAN but without normalisation.

    Parameters
    ----------
    channels, size, classes : int
        The same as for `geneticgan.networks.generator.ConvolutionalGenerator`.
    width : int
        Channels of the first layer; each later layer has twice as many as the one before, up to
        eight times the width.
    """

    def __init__(self, channels: int, size: int, classes: int, width: int = 32) -> None:
        check_shape(channels, size, classes, width)
        layers, last, side = convolutions(channels, size, width)
        super().__init__(nn.Sequential(*layers, nn.Flatten()), last, side, classes)
        preserve_variance(layers)


def convolutions(channels: int, size: int, width: int) -> tuple[list[nn.Module], int, int]:
    """Return layers that shrink images, and the channels and height of the map they end with."""
    layers: list[nn.Module] = []
    before, after = channels, width
    if size <= 16:
        # This size allows few halvings; a layer at full size adds depth.
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.LeakyReLU(SLOPE)]
        before, after = after, 2 * after
    while size > 4:
        layers += [nn.Conv2d(before, after, 4, stride=2, padding=1), nn.LeakyReLU(SLOPE)]
        before, after = after, min(2 * after, MAX_MULTIPLE * width)
        size //= 2
    return layers, before, size


def preserve_variance(layers: Iterable[nn.Module]) -> None:
    """Draw the weights of convolutions that no normalisation follows (He et al. 2015)."""
    for layer in layers:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, a=SLOPE)
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]  # every layer here has one
