"""Images of any shape to squares: what is cut off, filled up or deformed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

FITS = ("crop", "pad", "stretch")
"""The centre is cut out; the whole is shown with black beside it; the whole is deformed."""

LONGEST = 64
"""Times as long as wide: what is longer is no picture, and would take much memory to read."""

SHOWN = 2 / 3
"""Of an image, a crop shows at least as much where it is chosen: a photograph of 3 to 2 passes."""

ALIKE = 1.25
"""Shapes are alike if the longest is at most so many times as long for its height as the widest."""

TALE = 10.0
"""Percent of images at either end that do not decide."""


class ShapeError(ValueError):
    """An image is far too long for its width."""


def check_shape(image: Image.Image) -> None:
    """Raise `ShapeError` for an image of which no square can sensibly be made."""
    longer, shorter = max(image.size), min(image.size)
    if shorter < 1 or longer > LONGEST * shorter:
        raise ShapeError(f"{image.width} x {image.height} pixels")


def fit_square(image: Image.Image, size: int, fit: str) -> Image.Image:
    """Return the image as a square.

    Parameters
    ----------
    image : PIL.Image.Image
        In mode L or RGB.
    size : int
        Pixels of its sides.
    fit : str
        One of `FITS`.

    Raises
    ------
    ShapeError
        If it is far too long for its width.
    """
    check_shape(image)
    if fit == "stretch":
        return image.resize((size, size), Image.Resampling.BILINEAR)
    if fit == "pad":
        return ImageOps.pad(image, (size, size), Image.Resampling.BILINEAR)
    square: Image.Image = _cropping(size)(image)
    return square


@cache
def _cropping(size: int) -> Callable[[Image.Image], Image.Image]:
    """Return what cuts out the centre; making it takes as long as using it."""
    from torchvision.transforms import v2  # seconds of import that no other data set needs

    cropping: Callable[[Image.Image], Image.Image] = v2.Compose(
        [v2.Resize(size), v2.CenterCrop(size)]
    )
    return cropping


def choose_fit(sizes: npt.NDArray[np.int64]) -> tuple[str, str]:
    """Choose how images become squares, by the spread of their shapes.

    Parameters
    ----------
    sizes : array of int64
        Shape (N, 2): width and height of each image as it is seen.

    Returns
    -------
    fit, said : str
        One of `FITS`, and in words why; empty where all images are nearly square.
    """
    if not len(sizes):
        return "crop", ""
    aspects = sizes[:, 0] / sizes[:, 1]
    shown = float(np.percentile(np.minimum(aspects, 1 / aspects), TALE))
    narrow, wide = np.percentile(aspects, (TALE, 100 - TALE))
    if shown > 0.9:
        return "crop", ""
    if shown >= SHOWN:
        said = f"the centre is cut out, which shows at least {shown:.0%} of nine in ten"
        return "crop", f"Images are not square: {said} (fit=crop)."
    # Of six kinds of factory tiles, 103 x 289 to 632 x 312 pixels, the same networks found 10 to 13
    # points more (two splits) stretched to 32 x 32 than with black that fills the square up.
    if wide <= ALIKE * narrow:
        shapes = f"Images are about {np.median(aspects):.2f} times as wide as high, all much alike"
    else:
        shapes = f"Shapes of images differ, from {narrow:.2f} to {wide:.2f} times as wide as high"
    return "stretch", (
        f"{shapes}: the whole image is made square (fit=stretch), since of one in ten the centre "
        f"would be {shown:.0%} or less. fit=pad keeps the proportions, with black beside; if the "
        "shape alone tells the class, the black shows it, where fit=crop and fit=stretch "
        "hide it in part."
    )
