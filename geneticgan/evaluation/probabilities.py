"""Probabilities that mean what they say: class offsets and a temperature of logits."""

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
"""Temperature, and one over the smallest."""

TEMPERATURE, OFFSETS, GENERATED = CALIBRATIONS


@dataclass(frozen=True)
class Calibration:
    """How a network's logits become probabilities.

    Attributes
    ----------
    kind : str
        One of `CALIBRATIONS`.
    temperature : float
        By which logits are divided, once they have their offsets.
    offsets : tuple of float
        What is added to each class's logits; empty for nothing.
    images : int
        Held-out images that the temperature was fitted on, and the offsets unless ``generated``.
    generated : int
        Generated images that the offsets were fitted on.
    splits : int
        Of how many splits, each with so many images, these are the medians; 0 for none.
    """

    kind: str = TEMPERATURE
    temperature: float = 1.0
    offsets: tuple[float, ...] = ()
    images: int = 0
    generated: int = 0
    splits: int = 0

    def __call__(self, logits: Float64Array) -> Float64Array:
        """Return the logits (N, K) that decide: those given, with the offsets."""
        return logits + np.array(self.offsets) if self.offsets else logits

    def probabilities(self, logits: Float64Array) -> Float64Array:
        """Return the probabilities (N, K) of logits (N, K)."""
        found: Float64Array = softmax(self(logits) / self.temperature, axis=1)
        return found

    def told(self) -> str:
        """Return what it was fitted on, to follow the word "calibrated"."""
        held = f"on {self.images} held-out images"
        where = held if self.images else ""
        if self.kind == OFFSETS:
            where = f"by class offsets {held}"
        elif self.kind == GENERATED:
            where = f"by class offsets on {self.generated} generated images"
        degree = f"temperature {self.temperature:.2f}"
        degree += f", {held}" if self.kind == GENERATED and self.images else ""
        median = f", the median of {self.splits} splits" if self.splits else ""
        return f"{where}{median} ({degree})"

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON types, without what is empty."""
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
    """Return what can be fitted on held-out images, by kind; nothing without images.

    Parameters
    ----------
    logits : array of float
        Shape (N, K), of images that the network did not learn from.
    labels : array of int64
        Shape (N,); for offsets every class occurs.
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
    """Return class offsets that are fitted on generated images, and a temperature that is not.

    Parameters
    ----------
    made, shown : array
        Logits (N, K) of generated images and the classes (N,) that they were made for.
    logits, labels : array
        As `fit_calibrations`, of held-out images; without any the temperature is 1.
    """
    offsets = tuple(fit_offsets(made, shown).tolist())
    found = Calibration(GENERATED, 1.0, offsets, len(labels), len(shown))
    if not len(labels):
        return found
    return replace(found, temperature=fit_temperature(found(logits), labels))


def median_calibration(found: Sequence[Calibration]) -> Calibration:
    """Return the medians of calibrations of one kind and network, fitted on other splits each."""
    offsets: tuple[float, ...] = ()
    if found[0].offsets:
        each = np.array([one.offsets for one in found])
        offsets = tuple(np.median(each - each.mean(axis=1, keepdims=True), axis=0).tolist())
    temperature = statistics.median(one.temperature for one in found)
    images = round(statistics.median(one.images for one in found))
    return Calibration(found[0].kind, temperature, offsets, images, splits=len(found))


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
