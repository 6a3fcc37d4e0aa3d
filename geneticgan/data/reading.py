"""Image files of a data set to arrays, on all cores, one way for all, bad ones named at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geneticgan.data.cache import Arrays, cached, content_key
from geneticgan.data.dataset import Images, Int64Array, UInt8Array
from geneticgan.data.decoding import (
    FAULTS,
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
from geneticgan.data.scaling import is_cut_to_8_bits, is_deep, usual_window, values
from geneticgan.data.signatures import digests_of, each
from geneticgan.errors import DataError

CHUNK = 256
"""Images between two reports of progress."""

TASK = 8
"""Images that a thread takes at once."""

NAMED = 10
"""Bad files that a message names for each cause."""

ORIENTATION = 0x0112
"""Number of the EXIF field; from 5 on width and height change places."""


@dataclass(frozen=True)
class Encoded:
    """Image files, wherever they are, with their labels.

    Attributes
    ----------
    names : sequence of str
        For messages.
    labels : array of int64
        Shape (N,).
    read : callable
        From an index to the file's bytes; called from several threads.
    groups : array of int64 or None
        Shape (N,); see `geneticgan.data.dataset.Images`.
    on_disk : bool
        Whether the names are paths of files that ``read`` reads: these are known again without
        being read.
    known_by : str
        A key that changes with any of the files (`geneticgan.data.known.key_of`); empty if there
        is none.
    """

    names: Sequence[str]
    labels: Int64Array
    read: Callable[[int], bytes]
    groups: Int64Array | None = None
    on_disk: bool = False
    known_by: str = ""


@dataclass(frozen=True)
class Decoded:
    """Images that were decoded.

    Attributes
    ----------
    images : Images
        Those that could be read.
    kept : array of int64
        Their places among the files.
    how : Decoding
        With what was settled for all of them.
    digests : array of uint8
        Shape (N, D), a hash of each one's file.
    """

    images: Images
    kept: Int64Array
    how: Decoding
    digests: UInt8Array


def decode_all(files: Encoded, how: Decoding, title: str, notices: Notices) -> Images:
    """Decode image files; see `decode_files`."""
    return decode_files(files, how, title, notices).images


def decode_files(files: Encoded, how: Decoding, title: str, notices: Notices) -> Decoded:
    """Decode image files, or map them from the cache of decoded images.

    Parameters
    ----------
    files : Encoded
        What to decode.
    how : Decoding
        Shape, and what to do with bad files. Where its fit is ``auto``, or it has no window, these
        are chosen for all files together, and said.
    title : str
        Of the work, for the progress.
    notices : Notices
        Hears of progress, of what was chosen, of skipped files, and of a cache that cannot be
        written.

    Raises
    ------
    DataError
        Naming the files that cannot be read, by cause.
    """
    count = len(files.names)
    digests = digests_of(files.names, files.read, files.on_disk, notices, files.known_by)
    seen = cached(
        content_key(("seen",), [digests.tobytes()]), lambda: _look(files, notices), notices
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
    """Return sizes (N, 2) as images are seen, and the ranges (N, 2) of those that are deep."""
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
                fine[index] = is_cut_to_8_bits(image)  # before anything loads it
                turned = image.getexif().get(ORIENTATION, 1) >= 5
                sizes[index] = image.size[::-1] if turned else image.size
                if is_deep(image):
                    pixels = values(image)
                    whole[index] = image.mode != "F"
                    ranges[index] = pixels.min(), pixels.max()
        except UNREADABLE:
            return  # found when it is decoded

    each(look, count, "Looking at the files", notices)
    return {"sizes": sizes, "ranges": ranges, "whole": whole, "several": several, "fine": fine}


def _settled(how: Decoding, seen: Arrays, notices: Notices) -> Decoding:
    """Choose for all images what was left open, and say it."""
    sizes: npt.NDArray[np.int64] = seen["sizes"]  # type: ignore[assignment]  # as _look made it
    ranges: npt.NDArray[np.float64] = seen["ranges"]  # type: ignore[assignment]
    if how.fit == "auto":
        fit, said = choose_fit(sizes[sizes.min(axis=1) > 0])
        how = replace(how, fit=fit)
        if said:
            notices.note(said)
    elif how.fit not in FITS:
        raise DataError(f"fit={how.fit} must be auto, {', '.join(FITS)}")
    if seen["several"].any():
        notices.note(
            f"{seen['several'].sum()} of {len(sizes)} files have several pages or frames, of which "
            "the first is taken; save each as a file of its own to have them all."
        )
    if seen["fine"].any():
        notices.note(
            f"{seen['fine'].sum()} of {len(sizes)} images have 16 bits for each colour, of which "
            "the upper 8 are read: where fewer are used, such as 12, they are dark; convert those "
            "to 8 bits first."
        )
    deep = np.isfinite(ranges).all(axis=1)
    if how.window is not None and not deep.any():
        raise DataError("window= is for pixels of more than 8 bits; these have 8, leave it out")
    if how.window is None and deep.any():
        low, high = float(ranges[deep, 0].min()), float(ranges[deep, 1].max())
        window, name = usual_window(low, high, bool(seen["whole"][deep].all()))
        how = replace(how, window=window)
        notices.note(
            f"Pixels of {int(deep.sum())} images have more than 8 bits, with values from {low:g} "
            f"to {high:g}: {window[0]:g} becomes black and {window[1]:g} white in all of them "
            f"({name}); window=LOW:HIGH sets it."
        )
    return how


class _Decoder:
    """Decodes files from one number up to another, and says how far it is."""

    def __init__(self, files: Encoded, how: Decoding, title: str, notices: Notices) -> None:
        self._files = files
        self._how = how
        self._title = title
        self._notices = notices
        self._begun = False

    def rows(self, start: int, stop: int) -> Arrays:
        """Decode; a file that cannot be read is black, and what is wrong with it is noted."""
        if not self._begun:
            self._notices.begin(self._title, len(self._files.names))
            self._begun = True
            if start:  # a process that was killed had come so far
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
            f"{said} cannot be read {'; '.join(by_cause)}; mend or remove them, or go on without "
            "them by --skip-corrupt"
        )
    notices.note(f"Skipped {said} that cannot be read {'; '.join(by_cause)}.")
