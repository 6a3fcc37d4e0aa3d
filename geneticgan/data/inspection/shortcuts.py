"""Checking whether size, suffix, date, brightness or camera reveal the class of an image."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import recall_score
from sklearn.model_selection import cross_val_predict
from sklearn.preprocessing import OrdinalEncoder

from geneticgan.data.dataset import Int64Array, count_groups
from geneticgan.data.folds import Folds, folds_of, some_of
from geneticgan.data.inspection.look import Looks

FOLDS = 5
"""The number of folds of the cross-validation."""

MOST = 20_000
"""The maximal number of files that are checked; of more, a fixed random sample is taken."""

ABOVE = 0.15
"""How far mean recall must exceed chance for a warning."""

DEVIATIONS = 3.0
"""How many standard deviations of guessing mean recall must exceed chance by, in addition."""


@dataclass(frozen=True)
class Shortcut:
    """How well the class can be predicted without the content of the image.

    Attributes
    ----------
    recall : float
        The mean of the classes' recalls in cross-validation with all properties, in [0, 1].
    chance : float
        The mean recall of guessing.
    giveaway : str
        The single property that predicts the class best; empty if there is nothing to warn of.
    alone : float
        The mean recall with only that property.
    deviation : float
        The standard deviation of the mean recall of guessing, with as many images of each class.
    """

    recall: float
    chance: float
    giveaway: str
    alone: float
    deviation: float

    @property
    def told(self) -> str:
        """A sentence with the results, and with the giveaway if there is something to warn of."""
        hardly = "" if self.warns else "hardly "
        text = (
            f"size, length, suffix, date, brightness and camera together {hardly}reveal the class: "
            f"mean recall {100 * self.recall:.0f} against {100 * self.chance:.0f} by chance"
        )
        if not self.warns:
            return text
        return (
            f"{text} ({self.giveaway} alone: {100 * self.alone:.0f}). A classifier may learn this "
            "instead of the content of the images"
        )

    @property
    def warns(self) -> bool:
        """Whether mean recall exceeds chance by `ABOVE` and by `DEVIATIONS` of guessing."""
        return self.recall > self.chance + max(ABOVE, DEVIATIONS * self.deviation)


def find_shortcut(
    looks: Looks, labels: Int64Array, groups: Int64Array | None = None
) -> Shortcut | None:
    """Predict the class from the properties of the files with a random forest over 5 folds.

    Folds hold whole groups, so that a property which only reveals the group, such as a different
    camera for each patient, does not count.

    Parameters
    ----------
    looks : Looks
        The properties of N files.
    labels : array of int64
        The label of each file, shape (N,).
    groups : array of int64 or None
        The group of each file, shape (N,); see `geneticgan.data.dataset.Images`.

    Returns
    -------
    Shortcut or None
        None if there is only one class, or if a class has fewer files, or groups, than folds.
    """
    labels = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    chosen = some_of(labels, MOST, np.random.default_rng(0))
    looks, labels = looks.take(chosen), labels[chosen]
    groups = None if groups is None else groups[chosen]
    folds = folds_of(labels, groups, FOLDS, seed=0, least=FOLDS)
    classes = int(labels.max(initial=0)) + 1
    if classes < 2 or not folds:
        return None
    alone = np.arange(len(labels)) if groups is None else groups
    counts = np.array(count_groups(labels, alone, classes))
    chance = 1 / classes
    deviation = chance * float(np.sqrt((chance * (1 - chance) / counts).sum()))
    width, height = looks.sizes.T.astype(float)
    kinds: dict[str, npt.NDArray[np.float64]] = {
        "image size": np.stack([width, height, width / height], axis=1),
        "file length": looks.lengths[:, None].astype(float),
        "suffix": _codes(looks.suffixes),
        "mean grey": looks.small.mean(axis=(1, 2))[:, None],
        "date": looks.days[:, None].astype(float),
        "camera": _codes(looks.cameras),
    }
    telling = {name: each for name, each in kinds.items() if (each != each[0]).any()}
    if not telling:
        return Shortcut(chance, chance, "nothing", chance, deviation)
    recall = _recall(np.concatenate(list(telling.values()), axis=1), labels, folds)
    found = Shortcut(recall, chance, "", recall, deviation)
    if not found.warns:
        return found
    recalls = {name: _recall(each, labels, folds) for name, each in telling.items()}
    giveaway = max(recalls, key=lambda name: recalls[name])
    return Shortcut(recall, chance, giveaway, recalls[giveaway], deviation)


def _recall(features: npt.NDArray[np.float64], labels: Int64Array, folds: Folds) -> float:
    forest = RandomForestClassifier(
        100, min_samples_leaf=2, class_weight="balanced", random_state=0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        said = cross_val_predict(forest, features, labels, cv=folds)
    return float(recall_score(labels, said, average="macro", zero_division=0))


def _codes(words: Sequence[str]) -> npt.NDArray[np.float64]:
    codes: npt.NDArray[np.float64] = OrdinalEncoder().fit_transform(np.array(words)[:, None])
    return codes
