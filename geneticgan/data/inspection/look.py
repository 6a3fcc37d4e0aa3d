"""The properties of an image file besides its content, and a thumbnail of its content."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

import numpy as np
import numpy.typing as npt
from PIL import ImageOps

from geneticgan.data.dataset import UInt8Array
from geneticgan.data.decoding import UNREADABLE, Decoding, open_checked, prepare
from geneticgan.data.inspection.pictures import SMALL
from geneticgan.data.notices import Notices
from geneticgan.data.reading import Encoded
from geneticgan.data.signatures import each

MODEL = 0x0110
"""Number of the EXIF field with the camera's model."""

DATE = 0x0132
"""Number of the EXIF field with the date."""


@dataclass(frozen=True)
class Looks:
    """The properties of N image files.

    Attributes
    ----------
    readable : array of int64
        Shape (N,), places of these files among all.
    sizes : array of int64
        Shape (N, 2): width and height as the image is seen.
    lengths : array of int64
        Shape (N,): bytes of the file.
    days : array of int64
        Shape (N,): when it was taken, by EXIF, or else last changed, as a number of days.
    suffixes, cameras : tuple of str
        The suffix of the name in lower case, and the camera from EXIF, empty if unknown.
    small : array of uint8
        Shape (N, `SMALL`, `SMALL`): the whole image in grey, deformed to a square.
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
    """Return the properties of all files except those that cannot be read."""
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
                exif = image.getexif()
                cameras[index] = str(exif.get(MODEL, "")).strip("\0 ")
                days[index] = _day(str(exif.get(DATE, "")), files.names[index])
                upright = ImageOps.exif_transpose(image) or image
                small[index] = prepare(upright, how)[0]
                sizes[index], lengths[index] = upright.size, len(data)
        except UNREADABLE:
            return

    each(look, count, "Looking at every file", notices)
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
