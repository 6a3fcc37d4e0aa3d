"""Decoding an image file of any format into an array of a given shape."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from geneticgan.data.colours import fine_colours
from geneticgan.data.dataset import UInt8Array
from geneticgan.data.fitting import ShapeError, check_shape, fit_square
from geneticgan.data.scaling import (
    ValueRangeError,
    Window,
    colours_to_8_bits,
    is_deep,
    to_8_bits,
    usual_window,
    values,
)
from geneticgan.errors import DataError
from geneticgan.files import RefusedError

UNREADABLE = (
    OSError,
    UnidentifiedImageError,
    ValueError,
    SyntaxError,
    Image.DecompressionBombError,
)
"""The errors that Pillow raises for damaged images and for files that are not images."""

GREY = frozenset({"1", "L", "LA", "La"})
"""Pillow's modes of images without colours that have 8 bits or fewer."""

MOST_PIXELS = 64 * 10**6
"""The maximal number of pixels of an image; a small file can claim to hold very many."""

ORIENTATION = 0x0112
"""The number of the EXIF field; values from 5 on exchange width and height."""

FAULTS = (
    "",
    "missing",
    "no permission to read it",
    "not a regular file, or larger than 1 GiB",
    "not an image in a known format",
    "damaged",
    f"more than {MOST_PIXELS // 10**6} megapixels",
    "far too long for its width",
    "contains NaN or infinite values",
)
"""The possible faults of an image; the position is the code that is stored, 0 for no fault."""


@dataclass(frozen=True)
class Decoding:
    """How images are decoded.

    Attributes
    ----------
    size : int
        The width and height of the decoded image in pixels.
    grayscale : bool or None
        Whether to decode one channel instead of three; None, if every file of a data set is grey,
        which is resolved before the first is decoded.
    skip_corrupt : bool
        Whether to leave out images that cannot be read instead of raising an error.
    fit : {"crop", "pad", "stretch", "auto"}
        How an image becomes square; see `geneticgan.data.fitting`. ``auto`` is resolved for all
        images of a data set before the first is decoded.
    window : pair of float or None
        The values that become black and white if pixels have more than 8 bits; None to choose
        them by the range of the values.
    """

    size: int
    grayscale: bool | None = False
    skip_corrupt: bool = False
    fit: str = "crop"
    window: Window | None = None


def parse_grayscale(given: bool | str) -> bool | None:
    """Return whether to decode one channel; None if that depends on the files (``auto``).

    Raises
    ------
    DataError
        If it is neither ``true`` nor ``false`` nor ``auto``.
    """
    words = {
        "auto": None,
        "true": True,
        "yes": True,
        "1": True,
        "false": False,
        "no": False,
        "0": False,
    }
    word = str(given).lower()
    if word not in words:
        raise DataError(f"grayscale={given} must be true, false or auto")
    return words[word]


def is_grey(image: Image.Image) -> bool:
    """Return whether an open file has no colours, by its mode; its pixels are not looked at."""
    return is_deep(image) or image.mode in GREY


def decode_one(data: bytes, how: Decoding) -> UInt8Array:
    """Decode one image file.

    The EXIF orientation is applied, transparent pixels are shown on white, and pixels of more
    than 8 bits are scaled by the window.

    Parameters
    ----------
    data : bytes
        The content of the file.
    how : Decoding
        The size, the number of channels, the fit (other than ``auto``) and the window.

    Returns
    -------
    array of uint8
        Shape (C, size, size).

    Raises
    ------
    One of `UNREADABLE`.
    """
    with open_checked(data) as opened:
        return prepare(opened, how)


def open_checked(data: bytes) -> Image.Image:
    """Open an image file and check its size before any pixel is decoded.

    Raises
    ------
    PIL.Image.DecompressionBombError
        If the image has more than `MOST_PIXELS`.
    ShapeError
        If it is far too long for its width.
    """
    opened = Image.open(io.BytesIO(data))
    if opened.width * opened.height > MOST_PIXELS:
        raise Image.DecompressionBombError
    check_shape(opened)
    return opened


def has_pages(opened: Image.Image) -> bool:
    """Return whether an image has several pages or frames; the previews in MPO do not count."""
    return opened.format != "MPO" and bool(getattr(opened, "is_animated", False))


def prepare(opened: Image.Image, how: Decoding) -> UInt8Array:
    """Return an open image as `decode_one` does."""
    image = _plain(upright(opened, how.window), how.window)
    square = fit_square(image.convert("L" if how.grayscale else "RGB"), how.size, how.fit)
    return np.ascontiguousarray(np.atleast_3d(np.asarray(square)).transpose(2, 0, 1))


def upright(opened: Image.Image, window: Window | None) -> Image.Image:
    """Return an open image turned as its EXIF data say, with colours of 16 bits scaled to 8."""
    colours = fine_colours(opened)  # only known before the image is loaded
    turned = ImageOps.exif_transpose(opened) or opened
    if colours is None:
        return turned
    if window is None:
        window, _ = usual_window(0, float(colours[..., :3].max(initial=0)), True)
    image = Image.fromarray(colours_to_8_bits(colours, window))
    image.getexif()[ORIENTATION] = opened.getexif().get(ORIENTATION, 1)
    return ImageOps.exif_transpose(image) or image


def fault(error: Exception) -> int:
    """Return the position in `FAULTS` of the fault that an error of `UNREADABLE` stands for."""
    kinds: tuple[tuple[type[Exception], int], ...] = (
        (FileNotFoundError, 1),
        (PermissionError, 2),
        (UnidentifiedImageError, 4),  # also an OSError
        (ShapeError, 7),
        (ValueRangeError, 8),
        (Image.DecompressionBombError, 6),
    )
    for kind, number in kinds:
        if isinstance(error, kind):
            return number
    return 3 if isinstance(error, RefusedError | IsADirectoryError) else 5


def _plain(image: Image.Image, window: Window | None) -> Image.Image:
    """Return the image without transparency, with 8 bits per channel, in a mode that converts."""
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
