"""Image files of a data set to arrays, on all cores, one way for all, bad ones named at once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geneticgan.data.cache import Arrays, cached, content_key
from geneticgan.data.dataset import Images, Int64Array, UInt8Array
from geneticgan.data.decoding import FAULTS, UNREADABLE, Decoding, decode_one, fault, open_checked
from geneticgan.data.fitting import FITS, choose_fit
from geneticgan.data.notices import Notices
from geneticgan.data.scaling import is_deep, usual_window, values
from geneticgan.errors import DataError

CHUNK = 256
"""Images between two reports of progress."""

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
    """

    names: Sequence[str]
    labels: Int64Array
    read: Callable[[int], bytes]
    groups: Int64Array | None = None


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
    digests : tuple of bytes
        A hash of each one's file: equal files are copies.
    """

    images: Images
    kept: Int64Array
    how: Decoding
    digests: tuple[bytes, ...]


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
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        digests = list(pool.map(lambda index: _digest(files, index), range(count)))
        seen = cached(content_key(("seen",), digests), lambda: _look(files, pool), notices)
        how = _settled(how, seen, notices)
        key = content_key((how.size, how.grayscale, how.fit, how.window), digests)
        arrays = cached(key, lambda: _decode(files, how, title, notices, pool), notices)
    kept = np.flatnonzero(arrays["fault"] == 0).astype(np.int64)
    _check_faults(files, arrays["fault"], how, notices)
    pixels: UInt8Array = arrays["pixels"]  # type: ignore[assignment]  # as _decode made it
    places = np.arange(count, dtype=np.int64)
    images = Images(pixels, files.labels, files.groups, places)
    images = images if len(kept) == count else images.take(kept)
    return Decoded(images, kept, how, tuple(digests[int(index)] for index in kept))


def _digest(files: Encoded, index: int) -> bytes:
    try:
        return hashlib.blake2b(files.read(index), digest_size=20).digest()
    except OSError as error:
        return repr(error).encode()  # found unreadable when it is decoded


def _look(files: Encoded, pool: ThreadPoolExecutor) -> Arrays:
    """Return sizes (N, 2) as images are seen, and the ranges (N, 2) of those that are deep."""
    count = len(files.names)
    sizes = np.zeros((count, 2), dtype=np.int64)
    ranges = np.full((count, 2), np.nan)
    whole = np.ones(count, dtype=bool)

    def look(index: int) -> None:
        try:
            with open_checked(files.read(index)) as image:
                turned = image.getexif().get(ORIENTATION, 1) >= 5
                sizes[index] = image.size[::-1] if turned else image.size
                if is_deep(image):
                    pixels = values(image)
                    whole[index] = image.mode != "F"
                    ranges[index] = pixels.min(), pixels.max()
        except UNREADABLE:
            return  # found when it is decoded

    list(pool.map(look, range(count)))
    return {"sizes": sizes, "ranges": ranges, "whole": whole}


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


def _decode(
    files: Encoded, how: Decoding, title: str, notices: Notices, pool: ThreadPoolExecutor
) -> Arrays:
    count = len(files.names)
    pixels = np.zeros((count, 1 if how.grayscale else 3, how.size, how.size), dtype=np.uint8)
    faults = np.zeros(count, dtype=np.uint8)

    def decode(index: int) -> None:
        try:
            pixels[index] = decode_one(files.read(index), how)
        except UNREADABLE as error:
            faults[index] = fault(error)

    notices.begin(title, count)
    for start in range(0, count, CHUNK):
        stop = min(start + CHUNK, count)
        list(pool.map(decode, range(start, stop)))
        notices.done(stop)
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
