"""What is decided once for all images of a data set: channels, shape and range of values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from geneticgan.data.cache import Arrays
from geneticgan.data.colours import fine_colours, is_cut
from geneticgan.data.dataset import Int64Array
from geneticgan.data.decoding import (
    ORIENTATION,
    UNREADABLE,
    Decoding,
    has_pages,
    is_grey,
    open_checked,
)
from geneticgan.data.encoded import Encoded
from geneticgan.data.fitting import FITS, choose_fit
from geneticgan.data.notices import Notices
from geneticgan.data.scaling import is_deep, usual_window, values
from geneticgan.data.signatures import each
from geneticgan.errors import DataError


def look_at_all(files: Encoded, chosen: Int64Array, notices: Notices) -> Arrays:
    """Return the size of chosen images, their ranges of values if deep, and flags for notices.

    ``sizes`` and ``ranges`` have the shape (N, 2), the others (N,). Sizes are upright, 0 for
    unreadable images; ranges are NaN for images of 8 bits.
    """
    count = len(chosen)
    sizes = np.zeros((count, 2), dtype=np.int64)
    ranges = np.full((count, 2), np.nan)
    whole = np.ones(count, dtype=bool)
    several = np.zeros(count, dtype=bool)
    grey = np.ones(count, dtype=bool)
    fine = np.zeros(count, dtype=bool)

    def look(index: int) -> None:
        try:
            with open_checked(files.read(int(chosen[index]))) as image:
                several[index] = has_pages(image)
                grey[index] = is_grey(image)
                colours = fine_colours(image)  # only known before the image is loaded
                fine[index] = colours is None and is_cut(image)
                turned = image.getexif().get(ORIENTATION, 1) >= 5
                sizes[index] = image.size[::-1] if turned else image.size
                if colours is not None or is_deep(image):
                    pixels = values(image) if colours is None else colours[..., :3]
                    whole[index] = image.mode != "F"
                    ranges[index] = pixels.min(), pixels.max()
        except UNREADABLE:
            return  # the fault is reported when the image is decoded

    each(look, count, "Reading image sizes", notices)
    flags = {"whole": whole, "several": several, "fine": fine, "grey": grey}
    return {"sizes": sizes, "ranges": ranges, **flags}


def settled(how: Decoding, seen: Arrays, notices: Notices) -> Decoding:
    """Return the decoding with all choices made for the images together, with notices."""
    sizes: npt.NDArray[np.int64] = seen["sizes"]  # type: ignore[assignment]  # as look_at_all made it
    ranges: npt.NDArray[np.float64] = seen["ranges"]  # type: ignore[assignment]
    if how.fit == "auto":
        fit, said = choose_fit(sizes[sizes.min(axis=1) > 0])
        how = replace(how, fit=fit)
        if said:
            notices.note(said)
    elif how.fit not in FITS:
        raise DataError(f"fit={how.fit} must be auto, {', '.join(FITS[:-1])} or {FITS[-1]}")
    if how.grayscale is None:
        how = replace(how, grayscale=bool(seen["grey"].all()))
        if how.grayscale:
            notices.note(
                "All images are grey, so that one channel is used; grayscale=false makes three."
            )
    if seen["several"].any():
        notices.note(
            f"{seen['several'].sum()} of {len(sizes)} files have several pages or frames, of which "
            "only the first is used; to use all, save each as a separate file."
        )
    if seen["fine"].any():
        notices.note(
            f"{seen['fine'].sum()} of {len(sizes)} images have 16 bits per colour, of which the "
            "upper 8 are read; if they use only 12 bits or so, they become dark, so convert them "
            "to 8 bits first."
        )
    deep = np.isfinite(ranges).all(axis=1)
    if how.window is not None and not deep.any():
        raise DataError(
            "window= is only for images of more than 8 bits, but all of these have 8; leave it out"
        )
    if how.window is None and deep.any():
        low, high = float(ranges[deep, 0].min()), float(ranges[deep, 1].max())
        window, name = usual_window(low, high, bool(seen["whole"][deep].all()))
        how = replace(how, window=window)
        notices.note(
            f"{int(deep.sum())} images have more than 8 bits, with values from {low:g} to "
            f"{high:g}: {window[0]:g} becomes black and {window[1]:g} white in all of them "
            f"({name}); window=LOW:HIGH changes this."
        )
    return how
