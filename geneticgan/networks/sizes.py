"""The image sizes that the built-in families support, and how often they are halved."""

from __future__ import annotations

from geneticgan.errors import ConfigError

SIZES = (8, 16, 28, 32, 64, 128)
"""Supported image heights (= widths), in pixels."""

CHANNELS = (1, 3)
"""Supported numbers of image channels."""

MAX_MULTIPLE = 8
"""No layer is wider than this many times the width option."""


def check_shape(channels: int, size: int, classes: int, width: int) -> None:
    """Raise `ConfigError` for a shape that no built-in network supports."""
    if size not in SIZES:
        raise ConfigError(
            f"images of {size} pixels are not supported; use --image-size with one of "
            f"{', '.join(map(str, SIZES))}"
        )
    if channels not in CHANNELS:
        raise ConfigError(f"images need 1 or 3 channels, got {channels}")
    if classes < 2:
        raise ConfigError(f"at least two classes are needed, got {classes}")
    if width < 1:
        raise ConfigError(f"the width must be at least 1, got {width}")


def halvings(size: int) -> int:
    """Return how often an image of a supported size is halved: down to 4 pixels (28 down to 7).

    An image of 8 pixels is halved down to 2, since a single halving would make the network too
    shallow.
    """
    return {8: 2, 16: 2, 28: 2, 32: 3, 64: 4, 128: 5}[size]
