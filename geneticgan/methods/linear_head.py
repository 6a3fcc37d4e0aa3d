"""A linear class head on fixed features: balanced softmax by L-BFGS, L2 by cross-validation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy.optimize import minimize
from scipy.special import log_softmax
from sklearn.metrics import recall_score

from geneticgan.data.dataset import Int64Array
from geneticgan.data.folds import folds_of

Float64Array = npt.NDArray[np.float64]

STRENGTHS = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
"""The L2 penalties to try, from strong to weak, on features of unit variance."""

USUAL = 0.01
"""The penalty if a class is too small for cross-validation."""

FOLDS = 5

ITERATIONS = 100
"""The maximal number of L-BFGS iterations."""

Rows = tuple[npt.NDArray[np.float32], Int64Array]
"""Features (N, F) and labels (N,)."""

Resample = Callable[[npt.NDArray[np.float32], Int64Array], Rows]
"""Maps features and labels to those to which a head is fitted."""


def as_they_are(features: npt.NDArray[np.float32], labels: Int64Array) -> Rows:
    """Return features and labels unchanged."""
    return features, labels


@dataclass(frozen=True)
class LinearHead:
    """Class logits = features @ weight.T + bias.

    Attributes
    ----------
    weight : Tensor
        Shape (K, F), float32.
    bias : Tensor
        Shape (K,), float32.
    scale : Tensor
        Shape (F,), float32: the standard deviation of each feature, by which its weights are
        multiplied before they are penalised.
    """

    weight: torch.Tensor
    bias: torch.Tensor
    scale: torch.Tensor

    def penalty(self, weight: torch.Tensor, l2: float) -> torch.Tensor:
        """Return the penalty for weights (K, F) of these features, a scalar."""
        return 0.5 * l2 * (weight * self.scale.to(weight.device)).square().sum()


def fit_head(
    features: npt.NDArray[np.float32], labels: Int64Array, classes: int, tau: float, l2: float
) -> LinearHead:
    """Fit a head to all features.

    Parameters
    ----------
    features : array of float32
        The features, shape (N, F).
    labels : array of int64
        The labels, shape (N,), with every class at least once.
    classes : int
        The number of classes, K.
    tau : float
        The strength of the balanced softmax (`geneticgan.gan.losses`), >= 0.
    l2 : float
        The weight of half the squared norm of the weights, on features of unit variance, > 0.
    """
    scaling = _Scaling(features)
    ((weight, bias),) = _fit_path(scaling(features), labels, classes, tau, (l2,))
    return scaling.undo(weight, bias)


def choose_l2(
    features: npt.NDArray[np.float32],
    labels: Int64Array,
    classes: int,
    tau: float,
    seed: int,
    groups: Int64Array | None = None,
    resample: Resample = as_they_are,
) -> float:
    """Choose the penalty with the highest mean recall by cross-validation.

    Parameters as for `fit_head`; ``resample`` is applied to the training part of each fold. Every
    image is predicted once, by heads that saw neither it nor another image of its group; ties go
    to the strongest penalty. If a class has fewer than two images or groups, there can be no
    folds, and the result is `USUAL`.
    """
    folds = folds_of(labels, groups, FOLDS, seed)
    if not folds:
        return USUAL
    predicted = np.zeros((len(STRENGTHS), len(labels)), dtype=np.int64)
    for train, held in folds:
        rows, of_them = resample(features[train], labels[train])
        scaling = _Scaling(rows)
        points = scaling(features[held])
        heads = _fit_path(scaling(rows), of_them, classes, tau, STRENGTHS)
        for row, (weight, bias) in enumerate(heads):
            predicted[row, held] = (points @ weight.T + bias).argmax(axis=1)
    scores = [recall_score(labels, each, average="macro") for each in predicted]
    return STRENGTHS[int(np.argmax(scores))]


class _Scaling:
    """Scales features as those it was made from, which get mean 0 and variance 1."""

    def __init__(self, features: npt.NDArray[np.float32]) -> None:
        self.mean = features.mean(axis=0, dtype=np.float64)
        self.scale = (
            features.std(axis=0, dtype=np.float64) + 1e-3
        )  # nearly constant features stay small

    def __call__(self, features: npt.NDArray[np.float32]) -> Float64Array:
        scaled: Float64Array = features - self.mean
        scaled /= self.scale  # in place, since it may be most of the memory
        return scaled

    def undo(self, weight: Float64Array, bias: Float64Array) -> LinearHead:
        """Return the head that gives the same logits on unscaled features."""
        weight = weight / self.scale
        bias = bias - weight @ self.mean
        found = (torch.from_numpy(each).float() for each in (weight, bias, self.scale))
        return LinearHead(*found)


def _fit_path(
    points: Float64Array,
    labels: Int64Array,
    classes: int,
    tau: float,
    strengths: Sequence[float],
) -> list[tuple[Float64Array, Float64Array]]:
    """Return weight and bias for each penalty, starting each search where the last one ended."""
    count, length = points.shape
    counts = np.bincount(labels, minlength=classes)
    offsets = tau * np.log(counts / count)
    truth = np.eye(classes)[labels]

    def loss(parameters: Float64Array, l2: float) -> tuple[float, Float64Array]:
        table = parameters.reshape(classes, length + 1)
        weight, bias = table[:, :-1], table[:, -1]
        logs = log_softmax(points @ weight.T + bias + offsets, axis=1)
        value = -(truth * logs).sum() / count + 0.5 * l2 * np.square(weight).sum()
        rest = (np.exp(logs) - truth) / count
        gradient = np.column_stack([rest.T @ points + l2 * weight, rest.sum(axis=0)])
        return float(value), gradient.ravel()

    found, at = [], np.zeros(classes * (length + 1))
    for l2 in strengths:
        at = minimize(
            loss, at, (l2,), method="L-BFGS-B", jac=True, options={"maxiter": ITERATIONS}
        ).x
        table = at.reshape(classes, length + 1)
        found.append((table[:, :-1].copy(), table[:, -1].copy()))
    return found
