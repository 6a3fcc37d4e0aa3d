"""Decoding all image files of a data set, in parallel, the same way, with all faults reported."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geneticgan.data.cache import Arrays, content_key
from geneticgan.data.dataset import Images, Int64Array, UInt8Array
from geneticgan.data.decoding import FAULTS, UNREADABLE, Decoding, decode_one, fault
from geneticgan.data.earlier import MARKS, Earlier, Series, by_rows
from geneticgan.data.encoded import Encoded
from geneticgan.data.filling import filled
from geneticgan.data.notices import Notices
from geneticgan.data.settling import look_at_all, settled
from geneticgan.data.signatures import digests_of
from geneticgan.errors import DataError

CHUNK = 256
"""The number of images between two reports of progress."""

TASK = 8
"""The number of images that a thread decodes at once."""

NAMED = 10
"""The maximal number of unreadable files that a message names for each cause."""


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
    place : str
        What identifies the data set in all its states; see `Encoded`.
    """

    images: Images
    kept: Int64Array
    how: Decoding
    digests: UInt8Array
    place: str = ""


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
        How to decode them. If its fit is ``auto``, its number of channels open, or its window None
        and images have more than 8 bits, these are chosen for all files together, with a notice.
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
    count, place = len(files.names), files.place
    digests = digests_of(files.names, files.read, files.on_disk, notices, files.known_by, place)
    seen = by_rows(
        content_key(("looked at",), [digests.tobytes()]),
        Series.of(place, "looked at"),
        lambda: digests,
        lambda chosen: look_at_all(files, chosen, notices),
        notices,
    )
    how = settled(how, seen, notices)
    made_by = how.size, how.grayscale, how.fit, how.window
    key = content_key(made_by, [digests.tobytes()])
    decoder = _Decoder(files, how, title, Series.of(place, *made_by), digests, notices)
    arrays = filled(key, decoder.layout, count, decoder.rows, notices)
    decoder.ended(key)
    kept = np.flatnonzero(arrays["fault"] == 0).astype(np.int64)
    _check_faults(files, arrays["fault"], how, notices)
    pixels: UInt8Array = arrays["pixels"]  # type: ignore[assignment]  # as _decode made it
    places = np.arange(count, dtype=np.int64)
    images = Images(pixels, files.labels, files.groups, places)
    images = images if len(kept) == count else images.take(kept)
    digests = digests if len(kept) == count else digests[kept]
    return Decoded(images, kept, how, digests, place)


class _Decoder:
    """Decodes blocks of files, except what was decoded before, and reports the progress."""

    def __init__(
        self,
        files: Encoded,
        how: Decoding,
        title: str,
        series: Series,
        digests: UInt8Array,
        notices: Notices,
    ) -> None:
        self._files = files
        self._how = how
        self._title = title
        self._series = series
        self._digests = digests
        self._notices = notices
        self._earlier: Earlier | None = None
        self._shape = 1 if how.grayscale else 3, how.size, how.size

    @property
    def layout(self) -> dict[str, np.dtype[Any]]:
        """The dtypes of the rows that are made."""
        return {
            "pixels": np.dtype((np.uint8, self._shape)),
            "fault": np.dtype(np.uint8),
            MARKS: np.dtype((np.uint8, self._digests.shape[1:])),
        }

    def rows(self, start: int, stop: int) -> Arrays:
        """Return the pixels and the faults of the files from ``start`` to ``stop`` (excluded).

        The pixels of a file that cannot be read are 0.
        """
        earlier = self._begun(start).between(start, stop)
        new = start + earlier.new
        pixels = np.zeros((len(new), *self._shape), dtype=np.uint8)
        faults = np.zeros(len(new), dtype=np.uint8)

        def decode(first: int) -> None:
            for place in range(first, min(first + TASK, len(new))):
                try:
                    pixels[place] = decode_one(self._files.read(int(new[place])), self._how)
                except UNREADABLE as error:
                    faults[place] = fault(error)

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for first in range(0, max(1, len(new)), CHUNK):
                last = min(first + CHUNK, len(new))
                list(pool.map(decode, range(first, last, TASK)))
                self._notices.done(stop if last == len(new) else int(new[last]))
        return {
            "pixels": earlier.completed("pixels", pixels),
            "fault": earlier.completed("fault", faults),
            MARKS: self._digests[start:stop],
        }

    def ended(self, key: str) -> None:
        """Note that the entry of this key is the latest of its series, if it was made now."""
        if self._earlier is not None:
            self._series.goes_on(key)

    def _begun(self, start: int) -> Earlier:
        """Return what was decoded in an earlier state of the data set; say so at the beginning."""
        if self._earlier is None:
            self._earlier = self._series.latest(self._digests)
            count, new = len(self._files.names), len(self._earlier.new)
            if new < count:
                self._notices.note(
                    f"{count - new} of {count} images are as they were and not decoded again."
                )
            self._notices.begin(self._title, count)
            if start:  # an earlier process decoded these
                self._notices.done(start)
        return self._earlier


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
