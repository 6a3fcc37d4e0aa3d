"""Images that are equal, or nearly so: the same thing, photographed or saved twice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geneticgan.data.dataset import Int64Array, UInt8Array
from geneticgan.errors import ConfigError

BITS_APART = 4
"""Bits of 64 in which the perceptual hashes of nearly equal images may differ."""

GREYS_APART = 6.0
"""Mean difference of nearly equal images, in grey levels of 255 of their small pictures."""

BLOCK = 512
"""Images compared with all others at once; bounds the memory."""

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

    Raises
    ------
    ConfigError
        If ImageHash is not installed.
    """
    signs = _signs(small)
    count = len(small)
    vivid = small.reshape(count, -1).std(axis=1) >= BLAND
    pairs = [np.empty((2, 0), dtype=np.int64)]
    for start in range(0, count, BLOCK):
        agreement = signs[start : start + BLOCK] @ signs.T  # 64 less twice the bits that differ
        first, second = np.nonzero(agreement >= 64 - 2 * BITS_APART)
        first += start
        ahead = (first < second) & vivid[first] & vivid[second]
        pairs.append(_alike(small, first[ahead], second[ahead]))
    edges = np.concatenate(pairs, axis=1)
    graph = coo_array((np.ones(edges.shape[1]), (edges[0], edges[1])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _alike(small: UInt8Array, first: Int64Array, second: Int64Array) -> Int64Array:
    kept = [np.empty((2, 0), dtype=np.int64)]
    for start in range(0, len(first), 4096):
        a, b = first[start : start + 4096], second[start : start + 4096]
        difference = np.abs(small[a].astype(np.int16) - small[b]).mean(axis=(1, 2))
        close = difference <= GREYS_APART
        kept.append(np.stack([a[close], b[close]]))
    return np.concatenate(kept, axis=1)


def _signs(small: UInt8Array) -> npt.NDArray[np.float32]:
    """Return the 64 bits of each image's hash as -1 and 1, shape (N, 64)."""
    try:
        import imagehash
    except ImportError as error:
        raise ConfigError(
            "copies are found by ImageHash, which is not installed; pip install 'geneticgan[check]'"
        ) from error
    bits = [imagehash.phash(Image.fromarray(image)).hash.reshape(64) for image in small]
    return np.where(np.array(bits, dtype=bool).reshape(-1, 64), 1, -1).astype(np.float32)
