"""Probabilities that mean what they say: one temperature, fitted on held-out images."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from geneticgan.data.dataset import Int64Array

Float64Array = npt.NDArray[np.float64]

LARGEST = 20.0
"""Temperature, and one over the smallest."""


def fit_temperature(logits: Float64Array, labels: Int64Array) -> float:
    """Return the number by which logits are divided for their softmax to fit labels best.

    The cross-entropy is minimised with the same weight for each class (Guo et al. 2017, temperature
    scaling, for balanced classes). A standard normal prior on the logarithm of the temperature
    keeps it near 1 where images are few: two images that are told apart would make it 0.
    No decision changes by it.

    Parameters
    ----------
    logits : array of float
        Shape (N, K), N >= 1, of images that the network did not learn from.
    labels : array of int64
        Shape (N,), labels 0..K-1; a class need not occur.

    Returns
    -------
    float
        In [1 / `LARGEST`, `LARGEST`].
    """
    weights = 1 / np.bincount(labels, minlength=logits.shape[1])[labels]
    weights /= weights.sum()
    images = 1 / (weights**2).sum()  # as many of one weight would say as much (Kish 1965)
    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        logs = log_softmax(logits / np.exp(log_temperature), axis=1)[rows, labels]
        return float(-(weights * logs).sum() + 0.5 * log_temperature**2 / images)

    edge = float(np.log(LARGEST))
    return float(np.exp(minimize_scalar(loss, bounds=(-edge, edge), method="bounded").x))


def calibration_error(
    probabilities: Float64Array, labels: Int64Array, bins: int = 10
) -> tuple[float, Float64Array, Float64Array]:
    """Compare how sure predictions are with how often they are right, each class weighing alike.

    Parameters
    ----------
    probabilities : array of float
        Shape (N, K), N >= 1.
    labels : array of int64
        Shape (N,).
    bins : int
        Of the largest probability, of equal width over [0, 1].

    Returns
    -------
    error : float
        The expected calibration error (Naeini et al. 2015), in [0, 1].
    sure : array of float
        Mean largest probability in each bin that is not empty, rising.
    right : array of float
        Share that is classified rightly in the same bins.
    """
    weights = 1 / np.bincount(labels, minlength=probabilities.shape[1])[labels]
    weights /= weights.sum()
    top = probabilities.max(axis=1)
    hit = (probabilities.argmax(axis=1) == labels).astype(np.float64)
    where = np.minimum((top * bins).astype(np.int64), bins - 1)
    mass, sure, right = (
        np.bincount(where, weights * values, minlength=bins).astype(np.float64)
        for values in (np.ones_like(top), top, hit)
    )
    kept = mass > 0
    sure, right, mass = sure[kept] / mass[kept], right[kept] / mass[kept], mass[kept]
    return float((mass * np.abs(sure - right)).sum()), sure, right
