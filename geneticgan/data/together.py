"""Copies of an image stay together: equal and nearly equal images are one group in all splits."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from geneticgan.data.cache import Arrays, cached, content_key
from geneticgan.data.dataset import Images, Int64Array, UInt8Array, count_groups
from geneticgan.data.earlier import Series, by_rows
from geneticgan.data.gathering import gathered
from geneticgan.data.inspection.copies import MANY, components, near_copies, spanning
from geneticgan.data.inspection.pictures import SmallPictures, looked_at
from geneticgan.data.notices import SILENT, Notices
from geneticgan.data.reading import Decoded

FEWEST = 3
"""The minimal number of groups of a class for three parts."""


def copies_of(decoded: Decoded, notices: Notices) -> Int64Array:
    """Return a number for each image, the same for equal or nearly equal images.

    They are found once and then cached. If the data set has changed, only new images are hashed.
    """
    pixels, how, digests = decoded.images.pixels, decoded.how, decoded.digests
    options = how.size, how.grayscale, how.fit, how.window

    def look(chosen: Int64Array) -> Arrays:
        told = notices if len(chosen) >= MANY else SILENT
        some = pixels if len(chosen) == len(pixels) else gathered(pixels, chosen)
        return {"looks": looked_at(SmallPictures(some), told)}

    def build() -> Arrays:
        key = content_key(("looks", *options), [digests.tobytes()])
        series = Series.of(decoded.place, "looks", *options)
        looks = by_rows(key, series, lambda: digests, look, notices)["looks"]
        return {"codes": near_copies(SmallPictures(pixels), notices, looks)}

    codes = cached(content_key(("copies", *options), [digests.tobytes()]), build, notices)["codes"]
    return codes.astype(np.int64)


def with_copies(parts: Sequence[Images], names: Sequence[str], notices: Notices) -> list[Images]:
    """Return the parts of a data set of arrays, with all copies of an image in one group.

    Parameters
    ----------
    parts : sequence of Images
        All images, or the training and the test part.
    names : sequence of str
        The names of the classes.
    notices : Notices
        Receives the number of copies.
    """
    pixels = np.concatenate([part.pixels for part in parts])
    labels = np.concatenate([part.labels for part in parts])
    digest = hashlib.blake2b(np.ascontiguousarray(pixels).data).digest()

    def build() -> Arrays:
        return {"codes": near_copies(SmallPictures(pixels), notices)}

    options = ("copies of arrays", pixels.shape)
    copies = cached(content_key(options, [digest]), build, notices)["codes"].astype(np.int64)
    groups = [part.groups for part in parts if part.groups is not None]
    joined = np.concatenate(groups) if len(groups) == len(parts) else None
    images, left = keep_together(Images(pixels, labels, joined), copies, len(names))
    is_test = None if len(parts) == 1 else np.arange(len(labels)) >= len(parts[0])
    for text in (said_of_copies(copies, is_test), said_of_left(left, names)):
        if text:
            notices.note(text)
    ends = np.cumsum([0, *map(len, parts)]).tolist()
    return [images.between(start, stop) for start, stop in itertools.pairwise(ends)]


def note_equal(train: Images, test: Images, notices: Notices) -> None:
    """Say how many images of a published test part are also in training, pixel for pixel.

    Both parts stay as published. Nearly equal images are not sought: digits and clothes of 28 x 28
    pixels are so similar that many would wrongly count as copies.
    """
    rows = [_middle_rows(part.pixels) for part in (train, test)]
    here, there = (np.flatnonzero(np.isin(a, b)) for a, b in (rows, rows[::-1]))
    known = {_digest(train.pixels[index]) for index in here}
    again = sum(_digest(test.pixels[index]) in known for index in there)
    if again:
        notices.note(
            f"{again} of {len(test)} test images are equal to a training image; both parts stay as "
            "they were published."
        )


def _middle_rows(pixels: UInt8Array) -> npt.NDArray[np.void]:
    """Return one row of pixels of each image as one value: equal images have equal ones."""
    rows = np.ascontiguousarray(pixels[:, :, pixels.shape[2] // 2]).reshape(len(pixels), -1)
    return rows.view(f"V{rows.shape[1]}")[:, 0]


def _digest(pixels: UInt8Array) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(pixels).data, digest_size=16).digest()


def keep_together(images: Images, copies: Int64Array, classes: int) -> tuple[Images, list[int]]:
    """Return images with all copies of an image in one group.

    Parameters
    ----------
    images : Images
        The images, with or without groups.
    copies : array of int64
        Shape (N,), from `copies_of`.
    classes : int
        The number of classes.

    Returns
    -------
    images : Images
        The images; without groups if there are neither groups nor copies.
    left : list of int
        The classes whose copies stay apart, since joined they would be too few for three parts.
    """
    count = len(images)
    if np.bincount(copies).max(initial=0) <= 1:
        return images, []
    own = np.arange(count, dtype=np.int64) if images.groups is None else images.groups
    joined = _joined(own, copies)
    before = count_groups(images.labels, own, classes)
    after = count_groups(images.labels, joined, classes)
    left = [label for label in range(classes) if after[label] < min(before[label], FEWEST)]
    if left:
        alone = np.isin(images.labels, left)
        joined = _joined(own, np.where(alone, count + np.arange(count), copies))
    if images.groups is None and len(np.unique(joined)) == count:
        return images, left
    return replace(images, groups=joined), left


def _joined(one: Int64Array, other: Int64Array) -> Int64Array:
    """Return groups that join whatever is together in either grouping."""
    edges = np.concatenate([spanning(one), spanning(other)], axis=1)
    return components(len(one), edges)


def said_of_copies(copies: Int64Array, test: npt.NDArray[np.bool_] | None) -> str:
    """Say how many images are copies of each other; empty if none are.

    Parameters
    ----------
    copies : array of int64
        Shape (N,), from `copies_of`.
    test : array of bool or None
        Shape (N,), whether each image is in the test part; None if there is no such part.
    """
    sizes = np.bincount(copies)
    several = int((sizes > 1).sum())
    if not several:
        return ""
    inside = int(sizes[sizes > 1].sum())
    group = "1 group" if several == 1 else f"{several} groups"
    said = f"{inside} of {len(copies)} images are in {group} of equal or nearly equal images"
    if test is None:
        return f"{said}; no split parts a group."
    leaked = int((test & np.isin(copies, copies[~test])).sum())
    return f"{said}; {leaked} of {int(test.sum())} test images have a copy in training."


def said_of_left(left: Sequence[int], names: Sequence[str]) -> str:
    """Say which classes have too few different images to keep copies together."""
    if not left:
        return ""
    told = ", ".join(repr(names[label]) for label in left)
    return (
        f"Class {told} shows fewer than {FEWEST} different images: their copies may be on both "
        "sides of a split, and what is measured for it says nothing of new images."
    )
