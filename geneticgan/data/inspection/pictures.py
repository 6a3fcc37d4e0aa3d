"""Small grey pictures of images, and what is kept of them to find those that are nearly equal."""

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
"""Pixels of the sides of a small picture."""

BLOCK = 4096
"""Pictures, or pairs of them, that are looked at together."""

HASH_SIDE = 8
"""Frequencies of each direction that a hash looks at."""

BLAND = 2.0
"""Deviation of grey levels below which nothing is to be seen that could be equal."""

COARSE = 4
"""Cells of each direction, whose sums tell of most pictures that they are not nearly equal."""

LOOK = np.dtype(
    [("vivid", "?"), ("hashes", "u1", 8), ("coarse", "<u2", COARSE**2), ("equal", "V16")]
)
"""What is kept of a picture: whether there is something to be seen, its perceptual hash, the sums
of its cells, and a digest of its pixels."""

Looks = npt.NDArray[Any]
"""An array of `LOOK`."""


class Small(Protocol):
    """Small grey pictures, such as an array (N, S, S), or made when they are asked for."""

    def __len__(self) -> int: ...

    def __getitem__(self, chosen: slice | Int64Array, /) -> UInt8Array: ...


class SmallPictures:
    """The `small_pictures` of images (N, C, H, W), made when they are asked for."""

    def __init__(self, pixels: UInt8Array) -> None:
        self._pixels = pixels

    def __len__(self) -> int:
        return len(self._pixels)

    def __getitem__(self, chosen: slice | Int64Array, /) -> UInt8Array:
        return small_pictures(self._pixels[chosen])


def looked_at(small: Small, notices: Notices) -> Looks:
    """Return what is kept of each picture, looked at on all cores.

    Parameters
    ----------
    small : Small
        The pictures.
    notices : Notices
        Receives the progress.
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
    """Return the 64 bits of each picture's perceptual hash, packed, shape (N, 8).

    That of ImageHash's phash, for many pictures at once: which of the 64 lowest frequencies of
    the cosine transform are above their median.
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
    """Return images (N, C, H, W) in grey and of one size, shape (N, `SMALL`, `SMALL`).

    Pillow resizes each direction on its own, so the rows of all images are resized as one image.
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
    """Return rows of grey pixels with `SMALL` pixels each."""
    image = Image.fromarray(rows)
    return np.asarray(image.resize((SMALL, len(rows)), Image.Resampling.BILINEAR))
