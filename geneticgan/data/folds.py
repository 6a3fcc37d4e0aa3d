"""Folds of a cross-validation that divide the classes alike and part no group."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from geneticgan.data.dataset import Int64Array, count_groups

Folds = list[tuple[Int64Array, Int64Array]]
"""For each fold the positions that are learnt from, and those that are held out."""


def folds_of(
    labels: Int64Array, groups: Int64Array | None, most: int, seed: int, least: int = 2
) -> Folds:
    """Return the folds of a cross-validation in which every class is learnt from in every fold.

    Parameters
    ----------
    labels : array of int64
        Shape (N,), 0..K-1.
    groups : array of int64 or None
        Shape (N,); what has the same number lies in one fold.
    most : int
        Folds, where the classes are large enough: as many as the smallest has images, or groups.
    seed : int
        Draws them.
    least : int
        Fewest folds.

    Returns
    -------
    list of (array, array)
        Empty where a class is too small, or the groups cannot be divided so.
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
        warnings.simplefilter("ignore", UserWarning)  # of classes smaller than the folds
        found = list(division.split(labels, labels, groups))
    whole = all(len(np.unique(labels[train])) == classes for train, _ in found)
    return found if whole else []


def some_of(labels: Int64Array, most: int, rng: np.random.Generator) -> Int64Array:
    """Return positions, sorted: all, or of more than so many an equal number of each class at most.

    Rare classes stay whole where they can.
    """
    if len(labels) <= most:
        return np.arange(len(labels), dtype=np.int64)
    drawn = rng.permutation(len(labels))
    share = most // (int(labels.max()) + 1)
    parts = [drawn[labels[drawn] == label][:share] for label in range(int(labels.max()) + 1)]
    return np.sort(np.concatenate(parts)).astype(np.int64)
