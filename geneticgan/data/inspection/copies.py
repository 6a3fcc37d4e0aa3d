"""Images that are equal, or nearly so: the same thing, photographed or saved twice."""

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
"""Bits of 64 in which the perceptual hashes of nearly equal images may differ."""

GREYS_APART = 6.0
"""Mean difference of nearly equal images, in grey levels of 255 of their small pictures."""

SMALL = 32
"""Pixels of the sides of a small picture."""

SET_BITS = np.array([number.bit_count() for number in range(256)], dtype=np.uint8)
"""How many bits of a byte are set."""

BLOCK = 4096
"""Images, or pairs of them, that are looked at together."""

PARTS_SHARED = 2
"""Parts of their hashes that nearly equal images have in common, of so many more than bits that
may differ."""

NEIGHBOURS = 2_000
"""Images at most of those that share parts of their hashes with which each is compared."""

EDGES = 2**20
"""Pairs that are kept before they are summed up."""

HASH_SIDE = 8
"""Frequencies of each direction that a hash looks at."""

BLAND = 2.0
"""Deviation of grey levels below which nothing is to be seen that could be equal."""


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


def near_copies(small: Small) -> Int64Array:
    """Return a number for each image, the same for images that are equal or nearly so.

    Perceptual hashes (ImageHash's phash) find candidates, and the small pictures decide, since
    hashes alone take images of one kind for copies. Blank images are copies of none. Pictures are
    asked for a block at a time, and neither time nor memory grows with the square of their number.

    Parameters
    ----------
    small : Small
        The pictures.
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
    codes[seen] = seen[first][again]  # of equal pictures the first stands for all
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
    """Return few edges (2, E) that join what has the same number."""
    _, first, place = np.unique(codes, return_index=True, return_inverse=True)
    edges: Int64Array = np.stack([np.arange(len(codes)), first[place]])
    return edges[:, edges[0] != edges[1]]


def components(count: int, edges: Int64Array) -> Int64Array:
    """Return a number for each of so many, the same for those that edges (2, E) join."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(edges.shape[1]), (edges[0], edges[1])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def candidates(hashes: npt.NDArray[np.uint8]) -> Iterator[tuple[Int64Array, Int64Array]]:
    """Yield pairs whose hashes (N, 8) differ in few bits, some of them more than once.

    Of six parts, two such hashes share at least two whole, since four bits change no more than
    four of them: only those that share so much are compared. Where more than `NEIGHBOURS` do, they
    are sorted by their hashes, and each is compared with so many that follow.
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
    """Return the 64 bits of each picture's perceptual hash, packed, shape (N, 8).

    That of ImageHash's phash, for many pictures at once: which of the 64 lowest frequencies of
    the cosine transform are above their median.
    """
    from scipy.fft import dctn

    lowest = dctn(small.astype(np.float64), axes=(1, 2))[:, :HASH_SIDE, :HASH_SIDE]
    flat = lowest.reshape(len(small), -1)
    return np.packbits(flat > np.median(flat, axis=1, keepdims=True), axis=1)


def small_pictures(pixels: UInt8Array) -> UInt8Array:
    """Return images (N, C, H, W) in grey and of one size, shape (N, `SMALL`, `SMALL`)."""
    small = np.empty((len(pixels), SMALL, SMALL), dtype=np.uint8)
    for place, image in enumerate(pixels):
        grey = Image.fromarray(np.ascontiguousarray(image.transpose(1, 2, 0)).squeeze())
        square = grey.convert("L").resize((SMALL, SMALL), Image.Resampling.BILINEAR)
        small[place] = np.asarray(square)
    return small
