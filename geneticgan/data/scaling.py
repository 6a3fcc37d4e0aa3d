"""Pixels of more than 8 bits to 8 bits: by one window for a whole data set."""

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
"""Greatest values that pixels usually have, smallest first, and what they are called."""


class ValueRangeError(ValueError):
    """Pixels are not finite."""


def is_deep(image: Image.Image) -> bool:
    """Tell whether pixels have more than 8 bits."""
    return image.mode.startswith("I") or image.mode == "F"


def is_cut_to_8_bits(image: Image.Image) -> bool:
    """Tell whether colours of 16 bits were made 8 bits in reading, which Pillow does."""
    return not is_deep(image) and any(";16" in str(tile[3]) for tile in getattr(image, "tile", ()))


def values(image: Image.Image) -> npt.NDArray[np.float64]:
    """Return the pixels of a deep image; `ValueRangeError` for NaN or an infinity."""
    found = np.asarray(image, dtype=np.float64)
    if not np.isfinite(found).all():
        raise ValueRangeError("NaN or an infinity")
    return found


def usual_window(low: float, high: float, whole: bool) -> tuple[Window, str]:
    """Return the window of a data set whose values lie from low to high, and what it is called.

    Parameters
    ----------
    low, high : float
        The least and the greatest value of all images.
    whole : bool
        Whether values are whole numbers, as in files of integers.
    """
    if low >= 0:
        for top, name in RANGES:
            if high <= top and (whole or top <= 255):
                return (0.0, float(top)), name
    return (low, high if high > low else low + 1), "their least and greatest value"


def to_8_bits(pixels: npt.NDArray[Any], window: Window) -> UInt8Array:
    """Scale values so that the window's ends become 0 and 255; what lies outside is cut."""
    low, high = window
    scaled = (pixels - low) * (255.0 / (high - low))
    return scaled.round().clip(0, 255).astype(np.uint8)


def parse_window(text: str) -> Window | None:
    """Read ``LOW:HIGH``; None for an empty text, `DataError` for another."""
    if not text:
        return None
    low, _, high = text.partition(":")
    try:
        window = float(low), float(high)
    except ValueError:
        window = (0.0, 0.0)
    if not (np.isfinite(window).all() and window[0] < window[1]):
        raise DataError(f"window={text} must be two numbers, the lower first: window=-1000:3000")
    return window
