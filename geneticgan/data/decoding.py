"""An image file of any kind to an array of one shape."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from geneticgan.data.dataset import UInt8Array
from geneticgan.data.files import RefusedError
from geneticgan.data.fitting import ShapeError, check_shape, fit_square
from geneticgan.data.scaling import (
    ValueRangeError,
    Window,
    is_deep,
    to_8_bits,
    usual_window,
    values,
)

UNREADABLE = (
    OSError,
    UnidentifiedImageError,
    ValueError,
    SyntaxError,
    Image.DecompressionBombError,
)
"""What Pillow raises for files that are no images, or damaged ones."""

MOST_PIXELS = 64 * 10**6
"""Of an image file: a small file can claim to hold very many."""

FAULTS = (
    "",
    "not there",
    "no permission to read it",
    "no regular file, or above 1 GiB",
    "no image that is known here",
    "damaged",
    f"above {MOST_PIXELS // 10**6} megapixels",
    "far too long for its width",
    "holds NaN or an infinity",
)
"""What may be wrong with an image; its place is the number that is kept, 0 is none."""


@dataclass(frozen=True)
class Decoding:
    """How images are decoded.

    Attributes
    ----------
    size : int
        Pixels of the square that is made.
    grayscale : bool
        One channel instead of three.
    skip_corrupt : bool
        Go on without images that cannot be read, instead of an error.
    fit : {"crop", "pad", "stretch", "auto"}
        How an image becomes square; see `geneticgan.data.fitting`. ``auto`` is settled for all
        images of a data set before the first is decoded.
    window : pair of float or None
        Values that become black and white where pixels have more than 8 bits; None is by the
        values themselves.
    """

    size: int
    grayscale: bool = False
    skip_corrupt: bool = False
    fit: str = "crop"
    window: Window | None = None


def decode_one(data: bytes, how: Decoding) -> UInt8Array:
    """Decode one image file.

    The orientation that a camera noted is applied, transparency is laid on white, and pixels of
    more than 8 bits are scaled by the window.

    Returns
    -------
    array of uint8
        Shape (C, size, size).

    Raises
    ------
    One of `UNREADABLE`.
    """
    with open_checked(data) as opened:
        opened.load()
        return prepare(opened, how)


def open_checked(data: bytes) -> Image.Image:
    """Open an image whose size is known to be sensible before anything is unpacked."""
    opened = Image.open(io.BytesIO(data))
    if opened.width * opened.height > MOST_PIXELS:
        raise Image.DecompressionBombError
    check_shape(opened)
    return opened


def has_pages(opened: Image.Image) -> bool:
    """Tell whether a file has several pages or frames; a camera's MPO has previews beside."""
    return opened.format != "MPO" and bool(getattr(opened, "is_animated", False))


def prepare(opened: Image.Image, how: Decoding) -> UInt8Array:
    """Return an image that is open as `decode_one` returns it."""
    image = _plain(ImageOps.exif_transpose(opened) or opened, how.window)
    square = fit_square(image.convert("L" if how.grayscale else "RGB"), how.size, how.fit)
    return np.ascontiguousarray(np.atleast_3d(np.asarray(square)).transpose(2, 0, 1))


def fault(error: Exception) -> int:
    """Return the place in `FAULTS` of what one of `UNREADABLE` means."""
    kinds: tuple[tuple[type[Exception], int], ...] = (
        (FileNotFoundError, 1),
        (PermissionError, 2),
        (UnidentifiedImageError, 4),  # an OSError, too
        (ShapeError, 7),
        (ValueRangeError, 8),
        (Image.DecompressionBombError, 6),
    )
    for kind, number in kinds:
        if isinstance(error, kind):
            return number
    return 3 if isinstance(error, RefusedError | IsADirectoryError) else 5


def _plain(image: Image.Image, window: Window | None) -> Image.Image:
    """Return the image without transparency, in 8 bits, in grey or RGB."""
    if is_deep(image):
        pixels = values(image)
        if window is None:
            whole = image.mode != "F"
            window, _ = usual_window(pixels.min(initial=0), pixels.max(initial=0), whole)
        return Image.fromarray(to_8_bits(pixels, window))
    if image.mode == "LAB":
        profiles = (ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"))
        converted = ImageCms.profileToProfile(image, *profiles, outputMode="RGB")
        return converted or image
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return image
