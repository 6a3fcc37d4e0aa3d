"""Colours with 16 bits per channel, of which Pillow decodes only the upper 8."""

from __future__ import annotations

import io
import sys
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from geneticgan.data.dataset import UInt8Array
from geneticgan.data.scaling import is_deep

OPPOSITE = {"B": "L", "L": "B", "N": "B" if sys.byteorder == "little" else "L"}
"""The opposite of each order of bytes: big-endian, little-endian, and the machine's own."""

LOWER = {
    f"{mode};16{order}": f"{mode};16{other}"
    for mode in ("RGB", "RGBA", "RGBX")
    for order, other in OPPOSITE.items()
} | {"LA;16B": "RGBA"}
"""How each order of bytes is decoded to find the lower 8 bits: by the opposite order.

The four bytes of a grey value and its opacity are decoded as four channels."""


def is_cut(image: Image.Image) -> bool:
    """Return whether Pillow cuts 16 bits to 8 in an image that is not loaded yet."""
    return not is_deep(image) and any(";16" in str(tile[3]) for tile in getattr(image, "tile", ()))


def fine_colours(image: Image.Image) -> npt.NDArray[np.uint16] | None:
    """Return all 16 bits of the colours of an image that is not loaded yet.

    Returns
    -------
    array of uint16 or None
        Shape (H, W, 3), or (H, W, 4) with the opacity; None if the image has 8 bits per channel, or
        its lower 8 cannot be decoded.

    Raises
    ------
    OSError, ValueError, SyntaxError
        If the image is damaged.
    """
    tiles, file = getattr(image, "tile", ()), getattr(image, "fp", None)
    modes = {_mode(tile[3]) for tile in tiles}
    if file is None or len(modes) != 1 or not modes <= LOWER.keys():
        return None
    place = file.tell()
    file.seek(0)
    data = file.read()
    file.seek(place)
    (mode,) = modes
    upper, lower = _decoded(data, ""), _decoded(data, LOWER[mode])
    if mode.startswith("LA"):
        grey = _joined(lower[..., :1], lower[..., 1:2])
        opacity = _joined(lower[..., 2:3], lower[..., 3:])
        return np.concatenate([grey, grey, grey, opacity], axis=2)
    return _joined(upper, lower)


def _joined(upper: UInt8Array, lower: UInt8Array) -> npt.NDArray[np.uint16]:
    found: npt.NDArray[np.uint16] = upper.astype(np.uint16) * np.uint16(256) + lower
    return found


def _decoded(data: bytes, mode: str) -> UInt8Array:
    """Return the pixels of a file, decoded by another raw mode than its own unless it is empty."""
    with Image.open(io.BytesIO(data)) as image:
        if mode:
            image.tile = [tile._replace(args=_replaced(tile[3], mode)) for tile in image.tile]
        return np.asarray(image)


def _mode(args: Any) -> str:
    return str(args[0] if isinstance(args, tuple) else args)


def _replaced(args: Any, mode: str) -> Any:
    return (mode, *args[1:]) if isinstance(args, tuple) else mode
