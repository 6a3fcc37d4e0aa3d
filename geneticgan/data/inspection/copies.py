"""Finding images that are equal or nearly equal, such as one photograph saved twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import combinations
from typing import Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from geneticgan.data.dataset import Int64Array, UInt8Array

BITS_APART = 4
"""The maximal number of bits, of 64, in which the hashes of nearly equal images differ."""

GREYS_APART = 6.0
"""The maximal mean difference of the thumbnails of nearly equal images, in grey levels (0-255)."""

SMALL = 32
"""The width and height of a thumbnail in pixels."""

SET_BITS = np.array([number.bit_count() for number in range(256)], dtype=np.uint8)
"""The number of set bits of each byte."""

BLOCK = 4096
"""The number of images, or pairs of images, that are processed together."""

PARTS_SHARED = 2
"""How many parts of their hashes nearly equal images share, if hashes are split into
`BITS_APART` + `PARTS_SHARED` parts."""

NEIGHBOURS = 2_000
"""The maximal number of images with which each image is compared for each choice of parts."""

EDGES = 2**20
"""The number of pairs after which the pairs found so far are merged to save memory."""

HASH_SIDE = 8
"""The number of frequencies in each direction that a hash uses."""

BLAND = 2.0
"""Images whose grey levels have a smaller standard deviation are blank and never copies."""


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


def near_copies(small: Small) -> Int64Array:
    """Return a number for each image, which is the same for equal or nearly equal images.

    Perceptual hashes (as ImageHash's phash) find candidates, and a comparison of the thumbnails
    decides, since different images of one kind may have equal hashes. Blank images are never
    copies. Thumbnails are used block by block, and neither time nor memory is quadratic in their
    number.

    Parameters
    ----------
    small : Small
        The N thumbnails.

    Returns
    -------
    array of int64
        The numbers, shape (N,).
    """
    count = len(small)
    hashes = np.empty((count, 8), dtype=np.uint8)
    equal = np.empty(count, dtype="V16")
    vivid = np.empty(count, dtype=bool)
    for start in range(0, count, BLOCK):
        part = small[start : start + BLOCK]
        block = slice(start, start + len(part))
        vivid[block] = part.reshape(len(part), -1).std(axis=1) >= BLAND
        hashes[block] = perceptual_hashes(part)
        digests = (hashlib.blake2b(each.tobytes(), digest_size=16).digest() for each in part)
        equal[block] = np.frombuffer(b"".join(digests), dtype="V16")
    seen = np.flatnonzero(vivid)
    _, first, again = np.unique(equal[seen], return_index=True, return_inverse=True)
    codes = np.arange(count, dtype=np.int64)
    codes[seen] = seen[first][again]  # the first of equal thumbnails represents them all
    different = seen[first]
    pairs, kept = [np.empty((2, 0), dtype=np.int64)], 0
    for one, other in candidates(hashes[different]):
        pairs.append(_alike(small, different[one], different[other]))
        kept += pairs[-1].shape[1]
        if kept > EDGES:
            joined = components(count, np.concatenate(pairs, axis=1))
            pairs, kept = [spanning(joined)], 0
    pairs.append(np.stack([np.arange(count), codes]))
    return components(count, np.concatenate(pairs, axis=1))


def spanning(codes: Int64Array) -> Int64Array:
    """Return at most N edges, shape (2, E), that connect the items with equal numbers."""
    _, first, place = np.unique(codes, return_index=True, return_inverse=True)
    edges: Int64Array = np.stack([np.arange(len(codes)), first[place]])
    return edges[:, edges[0] != edges[1]]


def components(count: int, edges: Int64Array) -> Int64Array:
    """Return a number for each of ``count`` items, the same if edges (2, E) connect them."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(edges.shape[1]), (edges[0], edges[1])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def candidates(hashes: npt.NDArray[np.uint8]) -> Iterator[tuple[Int64Array, Int64Array]]:
    """Yield the pairs whose hashes differ in at most `BITS_APART` bits, some more than once.

    Hashes are split into six parts. Since four bits change at most four parts, such hashes agree
    in at least two, and only hashes that do are compared. If more than `NEIGHBOURS` agree, they
    are sorted, and each is compared with that many successors only.

    Parameters
    ----------
    hashes : array of uint8
        The hashes, 64 bits each, shape (N, 8).
    """
    bits = np.unpackbits(hashes, axis=1)
    whole = hashes.view(">u8")[:, 0]
    parts = np.array_split(np.arange(bits.shape[1]), BITS_APART + PARTS_SHARED)
    for chosen in combinations(parts, PARTS_SHARED):
        packed = np.packbits(bits[:, np.concatenate(chosen)], axis=1).astype(np.int64)
        keys = packed @ 256 ** np.arange(packed.shape[1])
        order = np.lexsort((whole, keys))
        keys = keys[order]
        at, offset = np.arange(len(keys)), 0
        while len(at) and offset < NEIGHBOURS:
            offset += 1
            at = at[at + offset < len(keys)]
            at = at[keys[at + offset] == keys[at]]
            first, second = order[at], order[at + offset]
            apart = SET_BITS[hashes[first] ^ hashes[second]].sum(axis=1, dtype=np.int64)
            yield first[apart <= BITS_APART], second[apart <= BITS_APART]


def _alike(small: Small, first: Int64Array, second: Int64Array) -> Int64Array:
    kept = [np.empty((2, 0), dtype=np.int64)]
    for start in range(0, len(first), BLOCK):
        a, b = first[start : start + BLOCK], second[start : start + BLOCK]
        difference = np.abs(small[a].astype(np.int16) - small[b]).mean(axis=(1, 2))
        close = difference <= GREYS_APART
        kept.append(np.stack([a[close], b[close]]))
    return np.concatenate(kept, axis=1)


def perceptual_hashes(small: UInt8Array) -> npt.NDArray[np.uint8]:
    """Return the perceptual hash of each thumbnail, 64 packed bits, shape (N, 8).

    As in ImageHash's phash, a bit says whether one of the 64 lowest frequencies of the cosine
    transform is above their median.
    """
    from scipy.fft import dctn

    lowest = dctn(small.astype(np.float64), axes=(1, 2))[:, :HASH_SIDE, :HASH_SIDE]
    flat = lowest.reshape(len(small), -1)
    return np.packbits(flat > np.median(flat, axis=1, keepdims=True), axis=1)


def small_pictures(pixels: UInt8Array) -> UInt8Array:
    """Return grey thumbnails of images (N, C, H, W), shape (N, `SMALL`, `SMALL`)."""
    small = np.empty((len(pixels), SMALL, SMALL), dtype=np.uint8)
    for place, image in enumerate(pixels):
        grey = Image.fromarray(np.ascontiguousarray(image.transpose(1, 2, 0)).squeeze())
        square = grey.convert("L").resize((SMALL, SMALL), Image.Resampling.BILINEAR)
        small[place] = np.asarray(square)
    return small
