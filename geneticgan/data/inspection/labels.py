"""Suspecting wrong labels: images that a classifier not trained on them assigns differently."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import recall_score
from sklearn.model_selection import cross_val_predict

from geneticgan.data.dataset import Int64Array
from geneticgan.data.folds import folds_of, some_of
from geneticgan.data.inspection.look import Looks

FOLDS = 5
"""The number of folds of the cross-validation."""

MOST = 20_000
"""The maximal number of images that are checked; of more, a fixed random sample is taken."""

TRUSTED = 0.5
"""How far mean recall must lie from chance (0) to perfection (1) for suspicions to be reported."""

UNLIKELY = 0.15
"""Images whose own label has at least this probability are not suspected."""


@dataclass(frozen=True)
class Suspicion:
    """The images with suspicious labels.

    Attributes
    ----------
    recall : float
        The mean of the classes' recalls in cross-validation, in [0, 1].
    believed : bool
        Whether the recall is high enough to suspect any label.
    places : Int64Array
        The positions of suspicious images among those checked, least likely labels first.
    instead : Int64Array
        The class that each of them looks like.
    looked_at : int
        The number of images checked.
    """

    recall: float
    believed: bool
    places: Int64Array
    instead: Int64Array
    looked_at: int


def suspect_labels(
    looks: Looks, labels: Int64Array, groups: Int64Array | None = None
) -> Suspicion | None:
    """Suspect labels by a random forest on small grey images over 5 folds.

    An image is suspected if its label is unlikely and another class as probable as that class is
    on average for its own images, the rule of confident learning (Northcutt, Jiang and Chuang
    2021).

    Parameters
    ----------
    looks : Looks
        The properties of the images.
    labels : Int64Array
        The label of each image.
    groups : Int64Array or None
        The group of each image, see `geneticgan.data.dataset.Images`; folds hold whole groups.

    Returns
    -------
    Suspicion or None
        None if a class has fewer images, or groups, than folds, or there is one class only.
    """
    classes = int(labels.max(initial=0)) + 1
    chosen = some_of(labels, MOST, np.random.default_rng(0))
    given = labels[chosen]
    folds = folds_of(given, None if groups is None else groups[chosen], FOLDS, 0, least=FOLDS)
    if classes < 2 or not folds:
        return None
    pixels = looks.small[chosen].reshape(len(chosen), -1)
    forest = RandomForestClassifier(
        100, max_features="sqrt", class_weight="balanced", random_state=0, n_jobs=-1
    )
    found = cross_val_predict(forest, pixels, given, cv=folds, method="predict_proba")
    recall = float(recall_score(given, found.argmax(axis=1), average="macro"))
    chance = 1 / classes
    usual = np.array([found[given == label, label].mean() for label in range(classes)])
    own = found[np.arange(len(given)), given]
    guess = found.argmax(axis=1)
    odd = (guess != given) & (own < UNLIKELY) & (found.max(axis=1) >= usual[guess])
    places = np.flatnonzero(odd)[np.argsort(own[odd], kind="stable")]
    believed = recall >= chance + TRUSTED * (1 - chance)
    return Suspicion(recall, believed, chosen[places], guess[places], len(chosen))
