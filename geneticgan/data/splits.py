"""The parts of a run: imbalanced training images, validation held out of them, the test part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geneticgan.data.dataset import Images, Int64Array, Source
from geneticgan.data.holdout import balanced
from geneticgan.data.imbalance import draw_subset, smallest_class
from geneticgan.errors import DataError
from geneticgan.seeding import numpy_stream

MIN_VALIDATION = 2
"""Fewest validation images of a class."""


@dataclass(frozen=True)
class Split:
    """What a run trains on, watches and is judged by.

    Attributes
    ----------
    train, validation, test : Images
        Disjoint; validation and training images are parts of the same imbalanced subset.
    class_names : tuple of str
        In the order of the labels.
    train_indices, validation_indices : array of int64
        Positions in the source's training part.
    fingerprint : str
        Of the source.
    """

    train: Images
    validation: Images
    test: Images
    class_names: tuple[str, ...]
    train_indices: Int64Array
    validation_indices: Int64Array
    fingerprint: str

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.class_names)

    @property
    def train_counts(self) -> list[int]:
        """Training images by class."""
        return self.train.counts(self.classes)

    @property
    def subset_counts(self) -> list[int]:
        """Images by class of the imbalanced subset: training and validation together."""
        validation = self.validation.counts(self.classes)
        return [a + b for a, b in zip(self.train_counts, validation, strict=True)]

    @property
    def smallest_class(self) -> int:
        """Label with the fewest training images (the last such)."""
        return smallest_class(self.subset_counts)


def split_source(
    source: Source,
    counts: Sequence[int] | None,
    validation_fraction: float,
    seed: int,
    *,
    balance_test: bool = True,
) -> Split:
    """Draw the imbalanced subset and hold the validation part out of it, stratified.

    Parameters
    ----------
    source : Source
        The whole data set.
    counts : sequence of int or None
        Images by class of the subset; None takes all there are.
    validation_fraction : float
        Share of each class that is held out, in [0, 1); at least `MIN_VALIDATION` images of
        each class unless it is 0, which gives them back: the subset stays the same.
    seed : int
        Draws the subset and the validation part.
    balance_test : bool
        Cut every class of the test part to the size of its smallest.

    Raises
    ------
    DataError
        If a class has too few images.
    """
    labels = source.train.labels
    if counts is None:
        subset = np.arange(len(labels), dtype=np.int64)
    else:
        rng = numpy_stream(seed, "imbalance")
        subset = draw_subset(labels, counts, source.class_names, rng)
    validation = _hold_out(labels, subset, source.class_names, validation_fraction, seed)
    train = np.setdiff1d(subset, validation)
    return Split(
        source.train.take(train),
        source.train.take(validation),
        balanced(source.test, len(source.class_names)) if balance_test else source.test,
        source.class_names,
        train,
        validation,
        source.fingerprint,
    )


def unused(source: Source, split: Split, limit: int) -> Images:
    """Return training images of a source that are neither trained on nor held out.

    Parameters
    ----------
    source, split
        The split is of this source.
    limit : int
        Images of a class at most; fewer where a class has no more. The first ones are taken.

    Raises
    ------
    DataError
        If a class has none.
    """
    used = np.concatenate([split.train_indices, split.validation_indices])
    left = np.setdiff1d(np.arange(len(source.train)), used)
    chosen = []
    for label, name in enumerate(split.class_names):
        members = left[source.train.labels[left] == label][:limit]
        if not len(members):
            raise DataError(
                f"no training image of class {name!r} is left over; make the subset smaller"
            )
        chosen.append(members)
    return source.train.take(np.concatenate(chosen))


def _hold_out(
    labels: Int64Array,
    subset: Int64Array,
    class_names: Sequence[str],
    fraction: float,
    seed: int,
) -> Int64Array:
    rng = numpy_stream(seed, "validation")
    held = [np.empty(0, dtype=np.int64)]
    for label, name in enumerate(class_names):
        members = subset[labels[subset] == label]
        count = max(MIN_VALIDATION, round(fraction * len(members))) if fraction > 0 else 0
        if len(members) <= count:
            raise DataError(
                f"class {name!r} has {len(members)} training images; at least {count + 1} are "
                f"needed, {count} of them for validation (or use --validation-fraction 0)"
            )
        held.append(rng.permutation(members)[:count])
    return np.sort(np.concatenate(held))
