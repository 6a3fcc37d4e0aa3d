"""Images that are equal, or nearly so: the same thing, photographed or saved twice."""

from __future__ import annotations

from collections.abc import Iterator

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

SET_BITS = np.array([number.bit_count() for number in range(256)])
"""How many bits of a byte are set."""

BLAND = 2.0
"""Deviation of grey levels below which nothing is to be seen that could be equal."""


def near_copies(small: UInt8Array) -> Int64Array:
    """Return a number for each image, the same for images that are equal or nearly so.

    Perceptual hashes (ImageHash's phash) find candidates, and the small pictures decide, since
    hashes alone take images of one kind for copies. Blank images are copies of none.

    Parameters
    ----------
    small : array of uint8
        Shape (N, S, S), grey.
    """
    hashes = _hashes(small)
    vivid = small.reshape(len(small), -1).std(axis=1) >= BLAND
    pairs = [np.empty((2, 0), dtype=np.int64)]
    for first, second in candidates(hashes):
        seen = vivid[first] & vivid[second]
        pairs.append(_alike(small, first[seen], second[seen]))
    return components(len(small), np.concatenate(pairs, axis=1))


def components(count: int, edges: Int64Array) -> Int64Array:
    """Return a number for each of so many, the same for those that edges (2, E) join."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(edges.shape[1]), (edges[0], edges[1])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def candidates(hashes: npt.NDArray[np.uint8]) -> Iterator[tuple[Int64Array, Int64Array]]:
    """Yield pairs whose hashes (N, 8) differ in few bits, some of them more than once.

    Of more parts than bits may differ, two such hashes share at least one whole: only those that
    share a part are compared, so that many images take little more time than few.
    """
    bits = np.unpackbits(hashes, axis=1)
    for part in np.array_split(bits, BITS_APART + 1, axis=1):
        keys = np.packbits(part, axis=1).astype(np.int64) @ np.array([256, 1])
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        at, offset = np.arange(len(keys)), 0
        while len(at):
            offset += 1
            at = at[at + offset < len(keys)]
            at = at[keys[at + offset] == keys[at]]
            first, second = order[at], order[at + offset]
            apart = SET_BITS[hashes[first] ^ hashes[second]].sum(axis=1)
            yield first[apart <= BITS_APART], second[apart <= BITS_APART]


def _alike(small: UInt8Array, first: Int64Array, second: Int64Array) -> Int64Array:
    kept = [np.empty((2, 0), dtype=np.int64)]
    for start in range(0, len(first), 4096):
        a, b = first[start : start + 4096], second[start : start + 4096]
        difference = np.abs(small[a].astype(np.int16) - small[b]).mean(axis=(1, 2))
        close = difference <= GREYS_APART
        kept.append(np.stack([a[close], b[close]]))
    return np.concatenate(kept, axis=1)


def _hashes(small: UInt8Array) -> npt.NDArray[np.uint8]:
    """Return the 64 bits of each image's perceptual hash, packed, shape (N, 8)."""
    import imagehash  # half a second, for what the cache knows the next time

    bits = [imagehash.phash(Image.fromarray(image)).hash.reshape(64) for image in small]
    return np.packbits(np.array(bits, dtype=bool).reshape(-1, 64), axis=1)


def small_pictures(pixels: UInt8Array) -> UInt8Array:
    """Return images (N, C, H, W) in grey and of one size, shape (N, `SMALL`, `SMALL`)."""
    small = np.empty((len(pixels), SMALL, SMALL), dtype=np.uint8)
    for place, image in enumerate(pixels):
        grey = Image.fromarray(np.ascontiguousarray(image.transpose(1, 2, 0)).squeeze())
        square = grey.convert("L").resize((SMALL, SMALL), Image.Resampling.BILINEAR)
        small[place] = np.asarray(square)
    return small
