"""Finding images that are equal or nearly equal, such as one photograph saved twice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import numpy.typing as npt

from geneticgan.data.dataset import Int64Array
from geneticgan.data.inspection.pictures import BLOCK, SMALL, Looks, Small, looked_at
from geneticgan.data.notices import SILENT, Notices

BITS_APART = 4
"""The maximal number of bits, of 64, in which the hashes of nearly equal images differ."""

GREYS_APART = 6.0
"""The maximal mean difference of the thumbnails of nearly equal images, in grey levels (0-255)."""

SET_BITS = np.array([number.bit_count() for number in range(2**16)], dtype=np.uint8)
"""The number of set bits of each 16-bit number."""

PARTS_SHARED = 2
"""How many parts of their hashes nearly equal images share, if hashes are split into
`BITS_APART` + `PARTS_SHARED` parts."""

NEIGHBOURS = 2_000
"""The maximal number of images with which each image is compared for each choice of parts."""

MANY = 10_000
"""From how many images on progress is reported."""

EDGES = 2**20
"""The number of pairs that are compared at once, and from which on the pairs found are merged."""


def near_copies(small: Small, notices: Notices = SILENT, looks: Looks | None = None) -> Int64Array:
    """Return a number for each image, which is the same for equal or nearly equal images.

    Perceptual hashes (as ImageHash's phash) find candidates, and a comparison of the thumbnails
    decides, since different images of one kind may have equal hashes. Blank images are never
    copies. Thumbnails are used block by block, and neither time nor memory is quadratic in their
    number.

    Parameters
    ----------
    small : Small
        The N thumbnails.
    notices : Notices
        The listener that is told of progress if there are at least `MANY` images.
    looks : array of LOOK or None
        The properties of the thumbnails, from `geneticgan.data.inspection.pictures.looked_at`;
        None to find them.

    Returns
    -------
    array of int64
        The numbers, shape (N,).
    """
    count = len(small)
    told = notices if count >= MANY else SILENT
    looks = looked_at(small, told) if looks is None else looks
    seen = np.flatnonzero(looks["vivid"])
    _, first, again = np.unique(looks["equal"][seen], return_index=True, return_inverse=True)
    codes = np.arange(count, dtype=np.int64)
    codes[seen] = seen[first][again]  # the first of equal thumbnails represents them all
    different = seen[first]
    pairs, kept = [np.empty((2, 0), dtype=np.int64)], 0
    coarse = looks["coarse"][different]
    told.phase("Comparing images", count)
    for one, other, share in candidates(looks["hashes"][different]):
        close = _maybe_alike(coarse, one, other)
        pairs.append(_alike(small, different[one[close]], different[other[close]]))
        kept += pairs[-1].shape[1]
        if kept > EDGES:
            joined = components(count, np.concatenate(pairs, axis=1))
            pairs, kept = [spanning(joined)], 0
        told.done(round(share * count))
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


def candidates(hashes: npt.NDArray[np.uint8]) -> Iterator[tuple[Int64Array, Int64Array, float]]:
    """Yield the pairs whose hashes differ in at most `BITS_APART` bits, some more than once.

    Hashes are split into six parts. Since four bits change at most four parts, such hashes agree
    in at least two, and only hashes that do are compared. If more than `NEIGHBOURS` agree, they
    are sorted, and each is compared with that many successors only.

    Parameters
    ----------
    hashes : array of uint8
        The hashes, 64 bits each, shape (N, 8).

    Yields
    ------
    first, second : array of int64
        The positions of the two images of each pair.
    share : float
        The share of the work that is done, in [0, 1].
    """
    bits = np.unpackbits(hashes, axis=1)
    whole = hashes.view(">u8")[:, 0].astype(np.uint64)
    parts = np.array_split(np.arange(bits.shape[1]), BITS_APART + PARTS_SHARED)
    ways = list(combinations(parts, PARTS_SHARED))
    for number, chosen in enumerate(ways):
        packed = np.packbits(bits[:, np.concatenate(chosen)], axis=1).astype(np.int64)
        keys = packed @ 256 ** np.arange(packed.shape[1])
        order = np.lexsort((whole, keys))
        keys, ordered = keys[order], whole[order]
        at, offset = np.arange(len(keys)), 0
        while len(at) and offset < NEIGHBOURS:
            offset += 1
            at = at[at + offset < len(keys)]
            at = at[keys[at + offset] == keys[at]]
            differ = (ordered[at] ^ ordered[at + offset]).view(np.uint16).reshape(-1, 4)
            near = at[SET_BITS[differ].sum(axis=1, dtype=np.uint8) <= BITS_APART]
            share = (number + 1 - len(at) / len(keys)) / len(ways)
            yield order[near], order[near + offset], share


def _maybe_alike(coarse: npt.NDArray[np.uint16], one: Int64Array, other: Int64Array) -> Int64Array:
    """Return which pairs may be nearly equal, judging by the sums of their cells.

    The sums of two images never differ by more than their pixels do.
    """
    most = GREYS_APART * SMALL**2
    kept = [np.empty(0, dtype=np.int64)]
    for start in range(0, len(one), EDGES):
        a, b = (coarse[each[start : start + EDGES]].astype(np.int32) for each in (one, other))
        kept.append(start + np.flatnonzero(np.abs(a - b).sum(axis=1) <= most))
    return np.concatenate(kept)


def _alike(small: Small, first: Int64Array, second: Int64Array) -> Int64Array:
    kept = [np.empty((2, 0), dtype=np.int64)]
    for start in range(0, len(first), BLOCK):
        a, b = first[start : start + BLOCK], second[start : start + BLOCK]
        difference = np.abs(small[a].astype(np.int16) - small[b]).mean(axis=(1, 2))
        close = difference <= GREYS_APART
        kept.append(np.stack([a[close], b[close]]))
    return np.concatenate(kept, axis=1)
