"""Decoding all image files of a data set, in parallel, the same way, with all faults reported."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geneticgan.data.cache import Arrays, cached, content_key
from geneticgan.data.colours import fine_colours, is_cut
from geneticgan.data.dataset import Images, Int64Array, UInt8Array
from geneticgan.data.decoding import (
    FAULTS,
    ORIENTATION,
    UNREADABLE,
    Decoding,
    decode_one,
    fault,
    has_pages,
    open_checked,
)
from geneticgan.data.filling import filled
from geneticgan.data.fitting import FITS, choose_fit
from geneticgan.data.notices import Notices
from geneticgan.data.scaling import is_deep, usual_window, values
from geneticgan.data.signatures import digests_of, each
from geneticgan.errors import DataError

CHUNK = 256
"""The number of images between two reports of progress."""

TASK = 8
"""The number of images that a thread decodes at once."""

NAMED = 10
"""The maximal number of unreadable files that a message names for each cause."""


@dataclass(frozen=True)
class Encoded:
    """Image files from any source, with their labels.

    Attributes
    ----------
    names : sequence of str
        The name of each file, for messages.
    labels : array of int64
        The label of each image, shape (N,).
    read : callable
        A function from an index to the content of the file, called from several threads.
    groups : array of int64 or None
        The group of each image, shape (N,); see `geneticgan.data.dataset.Images`.
    on_disk : bool
        Whether the names are the paths of the files, which are then recognised without being read.
    known_by : str
        A key that changes with any of the files (`geneticgan.data.known.key_of`), by which they
        are recognised without being looked at; empty if there is none.
    """

    names: Sequence[str]
    labels: Int64Array
    read: Callable[[int], bytes]
    groups: Int64Array | None = None
    on_disk: bool = False
    known_by: str = ""


@dataclass(frozen=True)
class Decoded:
    """The result of decoding image files.

    Attributes
    ----------
    images : Images
        The N images that could be read.
    kept : array of int64
        Their positions among the files, shape (N,).
    how : Decoding
        How they were decoded, with the fit and the window that were chosen for all of them.
    digests : array of uint8
        A hash of each one's file, shape (N, D).
    """

    images: Images
    kept: Int64Array
    how: Decoding
    digests: UInt8Array


def decode_all(files: Encoded, how: Decoding, title: str, notices: Notices) -> Images:
    """Return the images of `decode_files`."""
    return decode_files(files, how, title, notices).images


def decode_files(files: Encoded, how: Decoding, title: str, notices: Notices) -> Decoded:
    """Decode image files, or map them from the cache of decoded images.

    Parameters
    ----------
    files : Encoded
        The files.
    how : Decoding
        How to decode them. If its fit is ``auto``, or its window is None and images have more than
        8 bits, these are chosen for all files together, with a notice.
    title : str
        The title of the work in reports of progress.
    notices : Notices
        The listener that is told of progress, of the choices, of skipped files, and of a cache
        that cannot be written.

    Raises
    ------
    DataError
        If files cannot be read and ``how.skip_corrupt`` is false; the message names them by cause.
        Also if the fit is unknown, or if a window is given for images of 8 bits.
    """
    count = len(files.names)
    digests = digests_of(files.names, files.read, files.on_disk, notices, files.known_by)
    seen = cached(
        content_key(("seen", "colours"), [digests.tobytes()]),
        lambda: _look(files, notices),
        notices,
    )
    how = _settled(how, seen, notices)
    key = content_key((how.size, how.grayscale, how.fit, how.window), [digests.tobytes()])
    shape = 1 if how.grayscale else 3, how.size, how.size
    rows = {"pixels": np.dtype((np.uint8, shape)), "fault": np.dtype(np.uint8)}
    decoder = _Decoder(files, how, title, notices)
    arrays = filled(key, rows, count, decoder.rows, notices)
    kept = np.flatnonzero(arrays["fault"] == 0).astype(np.int64)
    _check_faults(files, arrays["fault"], how, notices)
    pixels: UInt8Array = arrays["pixels"]  # type: ignore[assignment]  # as _decode made it
    places = np.arange(count, dtype=np.int64)
    images = Images(pixels, files.labels, files.groups, places)
    images = images if len(kept) == count else images.take(kept)
    return Decoded(images, kept, how, digests if len(kept) == count else digests[kept])


def _look(files: Encoded, notices: Notices) -> Arrays:
    """Return the size of each image, its range of values if it is deep, and flags for notices.

    ``sizes`` and ``ranges`` have the shape (N, 2), the others (N,). Sizes are upright, 0 for
    unreadable images; ranges are NaN for images of 8 bits.
    """
    count = len(files.names)
    sizes = np.zeros((count, 2), dtype=np.int64)
    ranges = np.full((count, 2), np.nan)
    whole = np.ones(count, dtype=bool)
    several = np.zeros(count, dtype=bool)
    fine = np.zeros(count, dtype=bool)

    def look(index: int) -> None:
        try:
            with open_checked(files.read(index)) as image:
                several[index] = has_pages(image)
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
    return {"sizes": sizes, "ranges": ranges, "whole": whole, "several": several, "fine": fine}


def _settled(how: Decoding, seen: Arrays, notices: Notices) -> Decoding:
    """Return the decoding with the fit and the window chosen for all images, with notices."""
    sizes: npt.NDArray[np.int64] = seen["sizes"]  # type: ignore[assignment]  # as _look made it
    ranges: npt.NDArray[np.float64] = seen["ranges"]  # type: ignore[assignment]
    if how.fit == "auto":
        fit, said = choose_fit(sizes[sizes.min(axis=1) > 0])
        how = replace(how, fit=fit)
        if said:
            notices.note(said)
    elif how.fit not in FITS:
        raise DataError(f"fit={how.fit} must be auto, {', '.join(FITS[:-1])} or {FITS[-1]}")
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


class _Decoder:
    """Decodes blocks of files and reports the progress."""

    def __init__(self, files: Encoded, how: Decoding, title: str, notices: Notices) -> None:
        self._files = files
        self._how = how
        self._title = title
        self._notices = notices
        self._begun = False

    def rows(self, start: int, stop: int) -> Arrays:
        """Return the pixels and the faults of the files from ``start`` to ``stop`` (excluded).

        The pixels of a file that cannot be read are 0.
        """
        if not self._begun:
            self._notices.begin(self._title, len(self._files.names))
            self._begun = True
            if start:  # an earlier process decoded these
                self._notices.done(start)
        how = self._how
        pixels = np.zeros((stop - start, 1 if how.grayscale else 3, how.size, how.size), np.uint8)
        faults = np.zeros(stop - start, dtype=np.uint8)

        def decode(first: int) -> None:
            for index in range(first, min(first + TASK, stop)):
                try:
                    pixels[index - start] = decode_one(self._files.read(index), how)
                except UNREADABLE as error:
                    faults[index - start] = fault(error)

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for first in range(start, stop, CHUNK):
                last = min(first + CHUNK, stop)
                list(pool.map(decode, range(first, last, TASK)))
                self._notices.done(last)
        return {"pixels": pixels, "fault": faults}


def _check_faults(
    files: Encoded, faults: npt.NDArray[np.generic], how: Decoding, notices: Notices
) -> None:
    bad = np.flatnonzero(faults)
    if not len(bad):
        return
    by_cause = []
    for number, cause in enumerate(FAULTS):
        names = [files.names[int(index)] for index in bad if faults[index] == number]
        if names:
            shown = ", ".join(names[:NAMED]) + (", ..." if len(names) > NAMED else "")
            by_cause.append(f"({cause}): {shown}")
    said = f"{len(bad)} of {len(files.names)} images"
    if not how.skip_corrupt:
        raise DataError(
            f"{said} cannot be read {'; '.join(by_cause)}; repair or remove them, or leave them "
            "out with --skip-corrupt"
        )
    notices.note(f"Left out {said} that cannot be read {'; '.join(by_cause)}.")
