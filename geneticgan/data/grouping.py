"""Groups: images of one patient, lesion or sheet, which no split divides."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from geneticgan.data.dataset import Images, Int64Array, count_groups
from geneticgan.errors import DataError

ATTEMPTS = 20
"""The number of draws after which groups are considered impossible to divide."""

FEW = 10
"""The number of groups of a class below which a note says how few there are."""


def group_codes(names: Sequence[str]) -> Int64Array:
    """Return a number for each image, equal for equal group names; shape (N,)."""
    return np.unique(np.array(names, dtype=str), return_inverse=True)[1].astype(np.int64)


def groups_by_pattern(expression: str, paths: Sequence[str]) -> list[str]:
    """Return the match of a regular expression in each path: the group of the image.

    Parameters
    ----------
    expression : str
        The expression to search in the path; its first group, or else the whole match, is the
        name.
    paths : sequence of str
        The paths of the images below the data set's folder.

    Raises
    ------
    DataError
        If it is not a regular expression, or does not match in every path.
    """
    try:
        pattern = re.compile(expression)
    except re.error as error:
        raise DataError(
            f"group={expression} is not a valid regular expression ({error}); correct it"
        ) from error
    found = [pattern.search(path) for path in paths]
    missing = [path for path, match in zip(paths, found, strict=True) if match is None]
    if missing:
        raise DataError(
            f"group={expression} is not found in {len(missing)} of {len(paths)} paths, such as "
            f"{missing[0]}; every image must belong to a group"
        )
    return [match[1] if pattern.groups else match[0] for match in found if match]


def few_groups(counts: Sequence[int], names: Sequence[str]) -> str:
    """Say which classes have few groups, and thus few independent images."""
    few = [f"{name!r} {count}" for name, count in zip(names, counts, strict=True) if count < FEW]
    if not few:
        return ""
    return (
        f"Classes with few groups: {', '.join(few)}. Images of a group are much alike, so what is "
        "measured for these classes rests on as few independent examples."
    )


def check_apart(train: Images, test: Images) -> None:
    """Raise `DataError` if a group has images in both parts of a data set."""
    if train.groups is None or test.groups is None:
        return
    shared = np.intersect1d(train.groups, test.groups)
    if len(shared):
        images = int(np.isin(test.groups, shared).sum())
        raise DataError(
            f"{len(shared)} groups have images in the training part and in the test part "
            f"({images} of {len(test)} test images): results would be too good; put each group "
            "into one part, or leave group= out"
        )


def hold_out_groups(
    labels: Int64Array,
    groups: Int64Array,
    names: Sequence[str],
    share: float,
    rng: np.random.Generator,
    part: str,
    least: int = 1,
) -> Int64Array:
    """Return the sorted positions of whole groups with about a given share of every class.

    Scikit-learn's StratifiedGroupKFold divides the groups, and the fold whose class shares are
    nearest to the requested share is used. If most images are groups of their own, as when a few
    are copies, groups are drawn until each class has its share. Every class has a group on either
    side.

    Parameters
    ----------
    labels, groups : array of int64
        Shape (N,).
    names : sequence of str
        The names of the classes.
    share : float
        The share to hold out, in (0, 0.5].
    rng : numpy.random.Generator
        The random generator.
    part : str
        The name of the part to hold out, for the message.
    least : int
        The minimal number of images of each class, if most images are groups of their own.

    Raises
    ------
    DataError
        If a class has only one group, or no such division was found.
    """
    counts = count_groups(labels, groups, len(names))
    lone = [f"{name!r}" for name, count in zip(names, counts, strict=True) if count < 2]
    if lone:
        raise DataError(
            f"all images of {', '.join(lone)} that could be held out for the {part} part belong "
            "to one group; a class needs a group on each side of a split"
            + ("" if part == "test" else " (or use --validation-fraction 0)")
        )
    totals = np.bincount(labels, minlength=len(names))
    if alone_share(groups) > 0.5:
        return _draw(labels, groups, np.maximum(least, np.round(share * totals)), rng)
    folds = min(max(2, round(1 / share)), len(np.unique(groups)), int(totals.max()))
    from sklearn.model_selection import StratifiedGroupKFold

    best, nearest = None, np.inf
    for _ in range(ATTEMPTS):
        seed = int(rng.integers(2**31))
        division = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of classes smaller than the folds
            found = [fold for _, fold in division.split(labels, labels, groups)]
        for fold in found:
            held = np.isin(np.arange(len(labels)), fold)
            _mend(held, labels, groups, len(names))
            inside = np.bincount(labels[held], minlength=len(names))
            if (inside == 0).any() or (inside == totals).any():
                continue
            distance = float(np.abs(inside / totals - share).max())
            if distance < nearest:
                best, nearest = held, distance
        if best is not None:
            return np.flatnonzero(best).astype(np.int64)
    raise DataError(
        f"no division of the groups into a {part} part and the rest was found that leaves every "
        "class on both sides; more groups of the rare classes are needed"
    )


def alone_share(groups: Int64Array) -> float:
    """Return the share of images that are groups of their own."""
    sizes = np.unique(groups, return_counts=True)[1]
    return float((sizes == 1).sum() / max(1, len(groups)))


def _draw(
    labels: Int64Array,
    groups: Int64Array,
    wanted: npt.NDArray[np.float64],
    rng: np.random.Generator,
) -> Int64Array:
    """Return whole groups in random order, skipping those that would give a class too many."""
    classes = len(wanted)
    names, place = np.unique(groups, return_inverse=True)
    # How many images of which classes each group has, in the order of the groups.
    cells, sizes = np.unique(place * classes + labels, return_counts=True)
    starts = np.searchsorted(cells, np.arange(len(names) + 1) * classes).tolist()
    of_class, many = (cells % classes).tolist(), sizes.tolist()
    taken, left = np.zeros(len(names), dtype=bool), list(map(int, wanted))
    for group in rng.permutation(len(names)).tolist():
        inside = range(starts[group], starts[group + 1])
        if all(many[cell] <= left[of_class[cell]] for cell in inside):
            taken[group] = True
            for cell in inside:
                left[of_class[cell]] -= many[cell]
            if not any(left):
                break
    held = taken[place]
    _mend(held, labels, groups, classes)
    return np.flatnonzero(held).astype(np.int64)


def _mend(
    held: npt.NDArray[np.bool_], labels: Int64Array, groups: Int64Array, classes: int
) -> None:
    """Move, for each class that lies on one side only, its smallest group to the other side."""
    for label in range(classes):
        of_class = labels == label
        for side in (True, False):
            if not (of_class & (held == side)).any():
                own, sizes = np.unique(groups[of_class], return_counts=True)
                held[groups == own[sizes.argmin()]] = side
