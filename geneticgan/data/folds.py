"""The folds of a cross-validation, stratified by class, with each group in one fold."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from geneticgan.data.dataset import Int64Array, count_groups

Folds = list[tuple[Int64Array, Int64Array]]
"""The training and the held-out positions of each fold."""


def folds_of(
    labels: Int64Array, groups: Int64Array | None, most: int, seed: int, least: int = 2
) -> Folds:
    """Return the folds of a cross-validation in which every training part has every class.

    Parameters
    ----------
    labels : array of int64
        The label of each image, from 0 to K-1, shape (N,).
    groups : array of int64 or None
        The group of each image, shape (N,); images with the same number lie in the same fold.
        None if every image may be held out alone.
    most : int
        The maximal number of folds. If the smallest class has fewer images, or groups, there are
        only as many folds as it has.
    seed : int
        The seed by which images are assigned to folds.
    least : int
        The minimal number of folds.

    Returns
    -------
    list of (array, array)
        The folds; an empty list if a class is too small for ``least`` folds, or if the groups
        leave a training part without a class.
    """
    classes = int(labels.max(initial=0)) + 1
    alone = np.arange(len(labels)) if groups is None else groups
    count = min(most, *count_groups(labels, alone, classes))
    if count < least:
        return []
    if groups is None:
        return list(StratifiedKFold(count, shuffle=True, random_state=seed).split(labels, labels))
    division = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # about small classes
        found = list(division.split(labels, labels, groups))
    whole = all(len(np.unique(labels[train])) == classes for train, _ in found)
    return found if whole else []


def some_of(labels: Int64Array, most: int, rng: np.random.Generator) -> Int64Array:
    """Return the sorted positions of a random sample in which rare classes stay complete.

    Parameters
    ----------
    labels : array of int64
        The label of each image, from 0 to K-1, shape (N,).
    most : int
        The maximal size of the sample. If there are more images, at most ``most // K`` of each
        class are drawn; otherwise all are returned.
    rng : numpy.random.Generator
        The random generator.
    """
    if len(labels) <= most:
        return np.arange(len(labels), dtype=np.int64)
    drawn = rng.permutation(len(labels))
    share = most // (int(labels.max()) + 1)
    parts = [drawn[labels[drawn] == label][:share] for label in range(int(labels.max()) + 1)]
    return np.sort(np.concatenate(parts)).astype(np.int64)
