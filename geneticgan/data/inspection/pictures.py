"""Grey thumbnails of images, and the properties by which nearly equal ones are found."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from geneticgan.data.dataset import Int64Array, UInt8Array
from geneticgan.data.notices import Notices

SMALL = 32
"""The width and height of a thumbnail in pixels."""

BLOCK = 4096
"""The number of thumbnails, or pairs of them, that are processed together."""

HASH_SIDE = 8
"""The number of frequencies in each direction that a hash uses."""

BLAND = 2.0
"""Images whose grey levels have a smaller standard deviation are blank and never copies."""

COARSE = 4
"""The number of cells in each direction, whose sums rule out most pairs."""

LOOK = np.dtype(
    [("vivid", "?"), ("hashes", "u1", 8), ("coarse", "<u2", COARSE**2), ("equal", "V16")]
)
"""The properties of a thumbnail: whether it is not blank, its perceptual hash, the sums of its
cells, and a digest of its pixels."""

Looks = npt.NDArray[Any]
"""An array of `LOOK`."""


class Small(Protocol):
    """Grey thumbnails: an array of the shape (N, S, S), or an object that computes them."""

    def __len__(self) -> int: ...

    def __getitem__(self, chosen: slice | Int64Array, /) -> UInt8Array: ...


class SmallPictures:
    """The thumbnails of images (N, C, H, W), computed by `small_pictures` on access.

    Parameters
    ----------
    pixels : array of uint8
        The images, shape (N, C, H, W).
    """

    def __init__(self, pixels: UInt8Array) -> None:
        self._pixels = pixels

    def __len__(self) -> int:
        return len(self._pixels)

    def __getitem__(self, chosen: slice | Int64Array, /) -> UInt8Array:
        return small_pictures(self._pixels[chosen])


def looked_at(small: Small, notices: Notices) -> Looks:
    """Return the properties of each thumbnail, computed on all cores.

    Parameters
    ----------
    small : Small
        The thumbnails.
    notices : Notices
        The listener that is told of progress.
    """
    looks = np.empty(len(small), dtype=LOOK)

    def look(start: int) -> None:
        part = small[start : start + BLOCK]
        block = looks[start : start + len(part)]
        block["vivid"] = part.reshape(len(part), -1).std(axis=1, dtype=np.float32) >= BLAND
        block["hashes"] = perceptual_hashes(part)
        cells = part.reshape(len(part), COARSE, -1, COARSE, SMALL // COARSE)
        block["coarse"] = cells.sum(axis=(2, 4), dtype=np.uint16).reshape(len(part), -1)
        digests = (hashlib.blake2b(each.tobytes(), digest_size=16).digest() for each in part)
        block["equal"] = np.frombuffer(b"".join(digests), dtype="V16")

    notices.phase("Hashing images", len(small))
    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        for start in range(0, len(small), workers * BLOCK):
            stop = min(start + workers * BLOCK, len(small))
            list(pool.map(look, range(start, stop, BLOCK)))
            notices.done(stop)
    return looks


def perceptual_hashes(small: UInt8Array) -> npt.NDArray[np.uint8]:
    """Return the perceptual hash of each thumbnail, 64 packed bits, shape (N, 8).

    As in ImageHash's phash, a bit says whether one of the 64 lowest frequencies of the cosine
    transform is above their median.
    """
    waves = _waves()
    lowest = waves @ (small.astype(np.float64) @ waves.T)
    flat = lowest.reshape(len(small), -1)
    return np.packbits(flat > np.median(flat, axis=1, keepdims=True), axis=1)


@cache
def _waves() -> npt.NDArray[np.float64]:
    """Return the lowest frequencies of the cosine transform as a matrix, (`HASH_SIDE`, `SMALL`)."""
    from scipy.fft import dct

    transform: npt.NDArray[np.float64] = dct(np.eye(SMALL), axis=0)
    return transform[:HASH_SIDE]


def small_pictures(pixels: UInt8Array) -> UInt8Array:
    """Return grey thumbnails of images (N, C, H, W), shape (N, `SMALL`, `SMALL`).

    Since Pillow resizes each direction separately, the rows of all images are resized as one image.
    """
    count, channels, height, width = pixels.shape
    stack = np.ascontiguousarray(pixels.transpose(0, 2, 3, 1)).reshape(
        count * height, width, channels
    )
    rows = np.asarray(Image.fromarray(stack[..., 0] if channels == 1 else stack).convert("L"))
    columns = _narrowed(rows).reshape(count, height, SMALL).transpose(0, 2, 1)
    small = _narrowed(columns.reshape(count * SMALL, height)).reshape(count, SMALL, SMALL)
    return np.ascontiguousarray(small.transpose(0, 2, 1))


def _narrowed(rows: UInt8Array) -> UInt8Array:
    """Return rows of grey pixels, resized to `SMALL` pixels each."""
    image = Image.fromarray(rows)
    return np.asarray(image.resize((SMALL, len(rows)), Image.Resampling.BILINEAR))
