"""Images that are equal, or nearly so: the same thing, photographed or saved twice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import numpy.typing as npt

from geneticgan.data.dataset import Int64Array
from geneticgan.data.inspection.pictures import BLOCK, SMALL, Small, looked_at
from geneticgan.data.notices import SILENT, Notices

BITS_APART = 4
"""Bits of 64 in which the perceptual hashes of nearly equal images may differ."""

GREYS_APART = 6.0
"""Mean difference of nearly equal images, in grey levels of 255 of their small pictures."""

SET_BITS = np.array([number.bit_count() for number in range(2**16)], dtype=np.uint8)
"""How many bits of two bytes are set."""

PARTS_SHARED = 2
"""Parts of their hashes that nearly equal images have in common, of so many more than bits that
may differ."""

NEIGHBOURS = 2_000
"""Images at most of those that share parts of their hashes with which each is compared."""

MANY = 10_000
"""Pictures from which on it is worth saying how far the search is."""


EDGES = 2**20
"""Pairs that are kept before they are summed up."""


def near_copies(small: Small, notices: Notices = SILENT) -> Int64Array:
    """Return a number for each image, the same for images that are equal or nearly so.

    Perceptual hashes (ImageHash's phash) find candidates, and the small pictures decide, since
    hashes alone take images of one kind for copies. Blank images are copies of none. Pictures are
    asked for a block at a time, and neither time nor memory grows with the square of their number.

    Parameters
    ----------
    small : Small
        The pictures.
    notices : Notices
        Receives the progress if there are many pictures.
    """
    count = len(small)
    told = notices if count >= MANY else SILENT
    looks = looked_at(small, told)
    seen = np.flatnonzero(looks["vivid"])
    _, first, again = np.unique(looks["equal"][seen], return_index=True, return_inverse=True)
    codes = np.arange(count, dtype=np.int64)
    codes[seen] = seen[first][again]  # of equal pictures the first stands for all
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


def candidates(hashes: npt.NDArray[np.uint8]) -> Iterator[tuple[Int64Array, Int64Array, float]]:
    """Yield pairs whose hashes (N, 8) differ in few bits, some of them more than once.

    With them comes the share of the work that is done.

    Of six parts, two such hashes share at least two whole, since four bits change no more than
    four of them: only those that share so much are compared. Where more than `NEIGHBOURS` do, they
    are sorted by their hashes, and each is compared with so many that follow.
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
    """Return which pairs may be nearly equal: sums of cells differ no more than their pixels do."""
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
