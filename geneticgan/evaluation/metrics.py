"""Metrics for imbalanced classification."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geneticgan.data.dataset import Int64Array

ROUNDING = 1e-9
"""How far scores that are computed in another order may be apart."""


@dataclass(frozen=True)
class Scores:
    """How good predictions are.

    Attributes
    ----------
    acsa : float
        Average class-specific accuracy: the mean of the classes' recalls, in [0, 1].
    f1 : float
        Macro F1, in [0, 1].
    g_mean : float
        Geometric mean of the classes' recalls, in [0, 1]; 0 if a class is never recognised.
    smallest_recall : float
        Recall of the class with the fewest training images, in [0, 1].
    confusion : tuple
        K rows (true classes) of K counts (predicted classes).
    """

    acsa: float
    f1: float
    g_mean: float
    smallest_recall: float
    confusion: tuple[tuple[int, ...], ...]

    @property
    def accuracy(self) -> float:
        """The share of images that are classified correctly, in [0, 1]."""
        right = sum(row[label] for label, row in enumerate(self.confusion))
        return right / sum(map(sum, self.confusion))

    @property
    def coherent(self) -> bool:
        """Whether the scores follow from the confusion matrix, as those of `score` do."""
        rows = [class_scores(self.confusion, label) for label in range(len(self.confusion))]
        _, recalls, f1 = np.array(rows).T
        g_mean = np.prod(recalls) ** (1 / len(recalls))
        expected = (np.mean(recalls), np.mean(f1), g_mean)
        return bool(
            np.allclose((self.acsa, self.f1, self.g_mean), expected, rtol=0, atol=ROUNDING)
            and np.abs(recalls - self.smallest_recall).min() <= ROUNDING
        )

    def to_json(self) -> dict[str, object]:
        """Return the scores as JSON types."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Scores:
        """Read what `to_json` returned; `KeyError`, `TypeError` or `ValueError` if it is not."""
        names = ("acsa", "f1", "g_mean", "smallest_recall")
        shares = {name: float(found[name]) for name in names}
        confusion = tuple(tuple(int(n) for n in row) for row in found["confusion"])
        if any(len(row) != len(confusion) for row in confusion):
            raise ValueError("the confusion matrix is not square")
        return cls(confusion=confusion, **shares)


def score(truth: Int64Array, predicted: Int64Array, classes: int, smallest_class: int) -> Scores:
    """Score predictions.

    Parameters
    ----------
    truth, predicted : array of int64
        Labels 0..K-1, of shape (N,); every class occurs in ``truth``.
    classes : int
        Number K of classes.
    smallest_class : int
        Label of the class with the fewest training images.
    """
    # These libraries are loaded only when there is something to score.
    from imblearn.metrics import geometric_mean_score
    from sklearn.metrics import confusion_matrix, f1_score, recall_score

    labels = np.arange(classes)
    recalls = recall_score(truth, predicted, labels=labels, average=None, zero_division=0.0)
    with warnings.catch_warnings():
        # A class that is never predicted is a result (recall 0) and needs no warning.
        warnings.simplefilter("ignore")
        g_mean = geometric_mean_score(
            truth, predicted, labels=labels, average="multiclass", correction=0.0
        )
    return Scores(
        acsa=float(np.mean(recalls)),
        f1=float(f1_score(truth, predicted, labels=labels, average="macro", zero_division=0.0)),
        g_mean=float(g_mean),
        smallest_recall=float(recalls[smallest_class]),
        confusion=tuple(
            tuple(int(n) for n in row) for row in confusion_matrix(truth, predicted, labels=labels)
        ),
    )


def class_scores(confusion: Sequence[Sequence[int]], label: int) -> tuple[float, float, float]:
    """Return precision, recall and F1 of a class, in [0, 1]; 0 where nothing is predicted.

    Parameters
    ----------
    confusion : sequence
        K rows (true classes) of K counts (predicted classes).
    label : int
        Label of the class.
    """
    hits = confusion[label][label]
    predicted, true = sum(row[label] for row in confusion), sum(confusion[label])
    precision = hits / predicted if predicted else 0.0
    return precision, hits / true, 2 * hits / (predicted + true)
