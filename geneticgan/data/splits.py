"""The parts of a run: imbalanced training images, validation images held out, the test part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from geneticgan.data.dataset import UNTOUCHED, Images, Int64Array, Preprocessing, Source
from geneticgan.data.grouping import hold_out_groups
from geneticgan.data.holdout import draw_test
from geneticgan.data.imbalance import draw_subset, smallest_class
from geneticgan.errors import DataError
from geneticgan.seeding import numpy_stream

MIN_VALIDATION = 2
"""The minimal number of validation images of a class."""


@dataclass(frozen=True)
class Split:
    """The images for training, validation and testing of a run.

    Attributes
    ----------
    train, validation, test : Images
        Disjoint; validation and training images are parts of the same imbalanced subset, the
        test part is whole, however large its classes are.
    class_names : tuple of str
        The names of the classes, in the order of the labels.
    train_indices, validation_indices : array of int64
        Positions in the source's pool: its training part, followed by its test part if that is
        held out.
    fingerprint : str
        The fingerprint of the source.
    test_indices : array of int64
        Positions in the pool; empty if the test part is the data set's own.
    preprocessing : Preprocessing
        How image files were preprocessed, which must be repeated for new ones.
    """

    train: Images
    validation: Images
    test: Images
    class_names: tuple[str, ...]
    train_indices: Int64Array
    validation_indices: Int64Array
    fingerprint: str
    test_indices: Int64Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    preprocessing: Preprocessing = UNTOUCHED

    @property
    def classes(self) -> int:
        """The number of classes."""
        return len(self.class_names)

    @property
    def train_counts(self) -> list[int]:
        """The numbers of training images by class."""
        return self.train.counts(self.classes)

    @property
    def subset_counts(self) -> list[int]:
        """The numbers of images by class of the imbalanced subset: training plus validation."""
        validation = self.validation.counts(self.classes)
        return [a + b for a, b in zip(self.train_counts, validation, strict=True)]

    @property
    def smallest_class(self) -> int:
        """The label with the fewest training images (the last one if several)."""
        return smallest_class(self.subset_counts)


def split_source(
    source: Source,
    counts: Sequence[int] | None,
    validation_fraction: float,
    seed: int,
    split_seed: int | None = None,
) -> Split:
    """Draw the imbalanced subset and its validation part, and a test part if there is none.

    Parameters
    ----------
    source : Source
        The whole data set.
    counts : sequence of int or None
        The numbers of images by class of the subset; None for all images.
    validation_fraction : float
        The share of each class to hold out, in [0, 1); at least `MIN_VALIDATION` images of each
        class unless it is 0, which returns them to training: the subset stays the same. If images
        have groups, whole groups are held out that approximate the share (0.5 at most).
    seed : int
        The seed of all draws.
    split_seed : int or None
        A separate seed for the test part and the subset, which then stay the same while ``seed``
        draws other validation parts.

    Raises
    ------
    DataError
        If a class has too few images.
    """
    first = seed if split_seed is None else split_seed
    pool = source.pool
    labels = pool.labels
    test = np.empty(0, dtype=np.int64)
    if source.held_out:
        test = draw_test(pool, source.class_names, first)
    every = np.arange(len(labels), dtype=np.int64)
    subset = np.setdiff1d(every, test, assume_unique=True)
    if counts is not None:
        rng = numpy_stream(first, "imbalance")
        subset = subset[draw_subset(labels[subset], counts, source.class_names, rng)]
    validation = _hold_out(pool, subset, source.class_names, validation_fraction, seed)
    train = np.setdiff1d(subset, validation, assume_unique=True)
    return Split(
        pool.take(train),
        pool.take(validation),
        pool.take(test) if source.held_out else source.test,
        source.class_names,
        train,
        validation,
        source.fingerprint,
        test,
        source.preprocessing,
    )


def unused(source: Source, split: Split, limit: int) -> Images:
    """Return images of a source that are neither used for training nor held out.

    Parameters
    ----------
    source, split
        A source and a split of it.
    limit : int
        The maximal number of images per class; the first ones are taken.

    Raises
    ------
    DataError
        If a class has none.
    """
    used = [split.train_indices, split.validation_indices, split.test_indices]
    pool = source.pool
    left = np.setdiff1d(np.arange(len(pool)), np.concatenate(used))
    chosen = []
    for label, name in enumerate(split.class_names):
        members = left[pool.labels[left] == label][:limit]
        if not len(members):
            raise DataError(
                f"no training image of class {name!r} is left over; make the subset smaller"
            )
        chosen.append(members)
    return pool.take(np.concatenate(chosen))


def available_counts(source: Source, seed: int) -> list[int]:
    """Return the number of images of each class available to a subset, by the split's seed.

    Raises as `draw_test` does.
    """
    pool = source.pool
    classes = len(source.class_names)
    if not source.held_out:
        return pool.counts(classes)
    test = draw_test(pool, source.class_names, seed)
    return [
        n - t for n, t in zip(pool.counts(classes), pool.take(test).counts(classes), strict=True)
    ]


def _hold_out(
    pool: Images,
    subset: Int64Array,
    class_names: Sequence[str],
    fraction: float,
    seed: int,
) -> Int64Array:
    rng = numpy_stream(seed, "validation")
    labels = pool.labels
    if pool.groups is not None and fraction > 0:
        share = min(fraction, 0.5)
        part = hold_out_groups(
            labels[subset],
            pool.groups[subset],
            class_names,
            share,
            rng,
            "validation",
            MIN_VALIDATION,
        )
        return subset[part]
    held = [np.empty(0, dtype=np.int64)]
    few: list[str] = []
    needed = 0
    for label, name in enumerate(class_names):
        members = subset[labels[subset] == label]
        count = max(MIN_VALIDATION, round(fraction * len(members))) if fraction > 0 else 0
        if len(members) <= count:
            few.append(f"class {name!r} has {len(members)} training images")
            needed = max(needed, count)
        held.append(rng.permutation(members)[:count])
    if few:
        raise DataError(
            f"{', '.join(few)}; at least {needed + 1} are needed, {needed} of them for validation "
            "(or use --validation-fraction 0)"
        )
    return np.sort(np.concatenate(held))
