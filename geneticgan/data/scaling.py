"""Scaling pixels of more than 8 bits to 8 bits, by one window for a whole data set."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from geneticgan.data.dataset import UInt8Array
from geneticgan.errors import DataError

Window = tuple[float, float]
"""The values that become black and white."""

RANGES = ((1, "0 to 1"), (255, "8 bits"), (1023, "10 bits"), (4095, "12 bits"), (16383, "14 bits"),
          (65535, "16 bits"))  # fmt: skip
"""The usual maximal values of pixels in ascending order, and their names in messages."""


class ValueRangeError(ValueError):
    """An image contains NaN or infinite values."""


def is_deep(image: Image.Image) -> bool:
    """Return whether the pixels of an image have more than 8 bits."""
    return image.mode.startswith("I") or image.mode == "F"


def values(image: Image.Image) -> npt.NDArray[np.float64]:
    """Return the pixels of a deep image.

    Raises
    ------
    ValueRangeError
        If a pixel is NaN or infinite.
    """
    found = np.asarray(image, dtype=np.float64)
    if not np.isfinite(found).all():
        raise ValueRangeError("the image contains NaN or infinite values")
    return found


def usual_window(low: float, high: float, whole: bool) -> tuple[Window, str]:
    """Return the window for a data set by its range of values, and the name of the window.

    Parameters
    ----------
    low, high : float
        The minimum and the maximum over all images.
    whole : bool
        Whether the values are whole numbers.
    """
    if low >= 0:
        for top, name in RANGES:
            if high <= top and (whole or top <= 255):
                return (0.0, float(top)), name
    return (low, high if high > low else low + 1), "their minimum and maximum"


def colours_to_8_bits(pixels: npt.NDArray[np.uint16], window: Window) -> UInt8Array:
    """Return colours, shape (H, W, 3) or (H, W, 4), scaled by the window; opacity as it is."""
    found = to_8_bits(np.arange(1 << 16), window)[pixels]
    found[..., 3:] = pixels[..., 3:] >> 8
    return found


def to_8_bits(pixels: npt.NDArray[Any], window: Window) -> UInt8Array:
    """Return values scaled so that the ends of the window become 0 and 255, clipped outside it."""
    low, high = window
    scaled = (pixels - low) * (255.0 / (high - low))
    return scaled.round().clip(0, 255).astype(np.uint8)


def parse_window(text: str) -> Window | None:
    """Return the window ``LOW:HIGH``, or None for an empty text.

    Raises
    ------
    DataError
        If the text is not two finite numbers in ascending order.
    """
    if not text:
        return None
    low, _, high = text.partition(":")
    try:
        window = float(low), float(high)
    except ValueError:
        window = (0.0, 0.0)
    if not (np.isfinite(window).all() and window[0] < window[1]):
        raise DataError(
            f"window={text} must be two numbers, the lower one first, as in window=-1000:3000"
        )
    return window
