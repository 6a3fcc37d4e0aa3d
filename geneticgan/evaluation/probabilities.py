"""Calibrated probabilities: class offsets and a temperature for logits."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from geneticgan.data.dataset import Int64Array
from geneticgan.evaluation.calibration import fit_offsets
from geneticgan.options.learning import CALIBRATIONS

Float64Array = npt.NDArray[np.float64]

LARGEST = 20.0
"""The largest temperature; the smallest is its inverse."""

TEMPERATURE, OFFSETS, GENERATED = CALIBRATIONS


@dataclass(frozen=True)
class Calibration:
    """How a network's logits become probabilities.

    Attributes
    ----------
    kind : str
        One of `CALIBRATIONS`.
    temperature : float
        Divisor of the logits, after the offsets have been added.
    offsets : tuple of float
        The offset added to each class's logits; empty for none.
    images : int
        Number of held-out images for the temperature, and for the offsets unless ``generated``.
    generated : int
        Number of generated images that the offsets were fitted on.
    splits : int
        Number of splits, each with that many images, of which these are the medians; 0 for none.
    """

    kind: str = TEMPERATURE
    temperature: float = 1.0
    offsets: tuple[float, ...] = ()
    images: int = 0
    generated: int = 0
    splits: int = 0

    def __call__(self, logits: Float64Array) -> Float64Array:
        """Return logits (N, K) with the offsets added, which decide the class."""
        return logits + np.array(self.offsets) if self.offsets else logits

    def probabilities(self, logits: Float64Array) -> Float64Array:
        """Return the probabilities (N, K) of logits (N, K)."""
        found: Float64Array = softmax(self(logits) / self.temperature, axis=1)
        return found

    def told(self) -> str:
        """Return a phrase that says what it was fitted on, to follow the word "calibrated"."""
        held = f"on {self.images} held-out images"
        where = held if self.images else ""
        if self.kind == OFFSETS:
            where = f"by class offsets {held}"
        elif self.kind == GENERATED:
            where = f"by class offsets on {self.generated} generated images"
        degree = f"temperature {self.temperature:.2f}"
        degree += f", {held}" if self.kind == GENERATED and self.images else ""
        median = f", the median of {self.splits} splits" if self.splits > 1 else ""
        return f"{where}{median} ({degree})"

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON types, without empty values."""
        found = asdict(self)
        return {name: list(v) if name == "offsets" else v for name, v in found.items() if v}

    @classmethod
    def from_json(cls, found: Mapping[str, Any], classes: int) -> Calibration:
        """Read what `to_json` returned; `KeyError`, `TypeError` or `ValueError` if it is not."""
        offsets = tuple(float(each) for each in found.get("offsets", ()))
        kind, temperature = str(found.get("kind", TEMPERATURE)), float(found["temperature"])
        if kind not in CALIBRATIONS:
            raise ValueError(f"{kind!r} is no calibration")
        if not 0 < temperature < math.inf:
            raise ValueError(f"{temperature} is no temperature")
        if len(offsets) not in (0, classes) or not all(map(math.isfinite, offsets)):
            raise ValueError("it has no finite offset for each class")
        counts = (int(found.get(name, 0)) for name in ("images", "generated", "splits"))
        return cls(kind, temperature, offsets, *counts)


def fit_calibrations(logits: Float64Array, labels: Int64Array) -> dict[str, Calibration]:
    """Return the calibrations that held-out images allow, by kind; none without images.

    Parameters
    ----------
    logits : array of float
        Logits of shape (N, K) for images that the network was not trained on.
    labels : array of int64
        Their labels, of shape (N,); offsets are fitted only if every class occurs.
    """
    count, classes = logits.shape
    if not count:
        return {}
    plain = Calibration(TEMPERATURE, fit_temperature(logits, labels), images=count)
    if len(np.unique(labels)) < classes:
        return {TEMPERATURE: plain}
    moved = Calibration(OFFSETS, offsets=tuple(fit_offsets(logits, labels).tolist()), images=count)
    moved = replace(moved, temperature=fit_temperature(moved(logits), labels))
    return {TEMPERATURE: plain, OFFSETS: moved}


def fit_generated(
    made: Float64Array, shown: Int64Array, logits: Float64Array, labels: Int64Array
) -> Calibration:
    """Return class offsets fitted on generated images, with a temperature from held-out ones.

    Parameters
    ----------
    made, shown : array
        Logits (N, K) of generated images, and the classes (N,) for which they were generated.
    logits, labels : array
        Those of held-out images, as for `fit_calibrations`; without any, the temperature is 1.
    """
    offsets = tuple(fit_offsets(made, shown).tolist())
    found = Calibration(GENERATED, 1.0, offsets, len(labels), len(shown))
    if not len(labels):
        return found
    return replace(found, temperature=fit_temperature(found(logits), labels))


def median_calibration(found: Sequence[Calibration]) -> Calibration:
    """Return the median of calibrations of one kind, each fitted on a different split."""
    offsets: tuple[float, ...] = ()
    if found[0].offsets:
        each = np.array([one.offsets for one in found])
        offsets = tuple(np.median(each - each.mean(axis=1, keepdims=True), axis=0).tolist())
    temperature = statistics.median(one.temperature for one in found)
    images = round(statistics.median(one.images for one in found))
    return Calibration(found[0].kind, temperature, offsets, images, splits=len(found))


def fit_temperature(logits: Float64Array, labels: Int64Array) -> float:
    """Return the temperature by which to divide logits so that their softmax fits labels best.

    The cross-entropy is minimised with the same weight for each class (temperature scaling, Guo
    et al. 2017, for balanced classes). A standard normal prior on the logarithm of the temperature
    keeps it near 1 if there are few images: two perfectly separated images would make it 0.
    The temperature changes no decision.

    Parameters
    ----------
    logits : array of float
        Logits of shape (N, K), N >= 1, for images that the network was not trained on.
    labels : array of int64
        Labels 0..K-1, of shape (N,); not every class need occur.

    Returns
    -------
    float
        A temperature in [1 / `LARGEST`, `LARGEST`].
    """
    weights = 1 / np.bincount(labels, minlength=logits.shape[1])[labels]
    weights /= weights.sum()
    images = 1 / (weights**2).sum()  # effective sample size (Kish 1965)
    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        logs = log_softmax(logits / np.exp(log_temperature), axis=1)[rows, labels]
        return float(-(weights * logs).sum() + 0.5 * log_temperature**2 / images)

    edge = float(np.log(LARGEST))
    return float(np.exp(minimize_scalar(loss, bounds=(-edge, edge), method="bounded").x))


def calibration_error(
    probabilities: Float64Array, labels: Int64Array, bins: int = 10
) -> tuple[float, Float64Array, Float64Array]:
    """Compare the confidence of predictions with their accuracy, with equal class weights.

    Parameters
    ----------
    probabilities : array of float
        Probabilities of shape (N, K), N >= 1.
    labels : array of int64
        True labels, of shape (N,).
    bins : int
        Number of bins of equal width over [0, 1] for the largest probability.

    Returns
    -------
    error : float
        The expected calibration error (Naeini et al. 2015), in [0, 1].
    sure : array of float
        Mean largest probability in each non-empty bin, in ascending order.
    right : array of float
        Share of correct predictions in the same bins.
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
