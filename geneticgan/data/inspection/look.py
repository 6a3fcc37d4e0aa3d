"""The properties of an image file besides its content, and a thumbnail of its content."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

import numpy as np
import numpy.typing as npt

from geneticgan.data.dataset import UInt8Array
from geneticgan.data.decoding import UNREADABLE, Decoding, open_checked, prepare, upright
from geneticgan.data.encoded import Encoded
from geneticgan.data.inspection.pictures import SMALL
from geneticgan.data.notices import Notices
from geneticgan.data.signatures import each

MODEL = 0x0110
"""The number of the EXIF field with the model of the camera."""

DATE = 0x0132
"""The number of the EXIF field with the date."""


@dataclass(frozen=True)
class Looks:
    """The properties of N image files.

    Attributes
    ----------
    readable : array of int64
        The positions of the readable files among all files, shape (N,).
    sizes : array of int64
        The width and height of each upright image in pixels, shape (N, 2).
    lengths : array of int64
        The size of each file in bytes, shape (N,).
    days : array of int64
        The day on which each image was taken according to EXIF, or on which the file was last
        changed, as a number of days since the year 1, shape (N,).
    suffixes, cameras : tuple of str
        The suffix of each file name in lower case, and the camera from EXIF, empty if unknown.
    small : array of uint8
        Grey thumbnails of the whole images, stretched to squares, shape (N, `SMALL`, `SMALL`).
    """

    readable: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]
    days: npt.NDArray[np.int64]
    suffixes: tuple[str, ...]
    cameras: tuple[str, ...]
    small: UInt8Array

    def take(self, chosen: npt.NDArray[np.int64]) -> Looks:
        """Return the properties of some of the files."""
        arrays = (self.readable, self.sizes, self.lengths, self.days)
        readable, sizes, lengths, days = (each[chosen] for each in arrays)
        texts = (self.suffixes, self.cameras)
        suffixes, cameras = (tuple(each[i] for i in chosen.tolist()) for each in texts)
        return Looks(readable, sizes, lengths, days, suffixes, cameras, self.small[chosen])


def look_at(files: Encoded, notices: Notices) -> Looks:
    """Return the properties of all files that can be read.

    Parameters
    ----------
    files : Encoded
        The files, on disk.
    notices : Notices
        The listener that is told of progress.
    """
    how = Decoding(SMALL, grayscale=True, fit="stretch")
    count = len(files.names)
    sizes = np.zeros((count, 2), dtype=np.int64)
    lengths = np.zeros(count, dtype=np.int64)
    days = np.zeros(count, dtype=np.int64)
    small = np.zeros((count, SMALL, SMALL), dtype=np.uint8)
    cameras = [""] * count

    def look(index: int) -> None:
        try:
            data = files.read(index)
            with open_checked(data) as image:
                turned = upright(image, None)
                exif = image.getexif()
                cameras[index] = str(exif.get(MODEL, "")).strip("\0 ")
                days[index] = _day(str(exif.get(DATE, "")), files.names[index])
                small[index] = prepare(turned, how)[0]
                sizes[index], lengths[index] = turned.size, len(data)
        except UNREADABLE:
            return

    each(look, count, "Inspecting the files", notices)
    readable = np.flatnonzero(lengths > 0)
    return Looks(
        readable,
        sizes[readable],
        lengths[readable],
        days[readable],
        tuple(PurePath(files.names[int(i)]).suffix.lower() for i in readable),
        tuple(cameras[i] for i in readable),
        small[readable],
    )


def _day(noted: str, path: str) -> int:
    try:
        return datetime.strptime(noted[:10], "%Y:%m:%d").toordinal()
    except ValueError:
        return datetime.fromtimestamp(os.stat(path).st_mtime).toordinal()
