"""From what probability on an image is called a class: set by what a mistake costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import precision_recall_curve

from geneticgan.data.dataset import Int64Array
from geneticgan.errors import ConfigError
from geneticgan.inference.facts import Facts

Float64Array = npt.NDArray[np.float64]
AIMS = ("recall", "precision")


@dataclass(frozen=True)
class Wish:
    """What a class's threshold is to reach on held-out images.

    Attributes
    ----------
    label : int
        Of the class.
    aim : str
        One of `AIMS`.
    least : float
        In (0, 1].
    """

    label: int
    aim: str
    least: float


@dataclass(frozen=True)
class Threshold:
    """A threshold, and what it does on the images it was set by.

    Attributes
    ----------
    threshold : float
        Probability from which on an image is called the class, classes being balanced.
    recall, precision : float
        Of the class, in [0, 1].
    images, of : int
        Images of the class, and all images.
    """

    threshold: float
    recall: float
    precision: float
    images: int
    of: int

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self)


def parse_wish(text: str, facts: Facts) -> Wish:
    """Read a wish such as ``rare=recall:0.95``; `ConfigError` if it is none."""
    name, _, wanted = text.rpartition("=")
    aim, _, least = wanted.partition(":")
    try:
        value = float(least)
    except ValueError:
        value = 0.0
    if not name or aim not in AIMS or not 0 < value <= 1:
        raise ConfigError(
            f"the threshold {text!r} cannot be read; it is CLASS=recall:0.95 or CLASS=precision:0.9"
        )
    return Wish(facts.label(name), aim, value)


def find_threshold(
    probabilities: Float64Array, labels: Int64Array, wish: Wish, facts: Facts
) -> Threshold:
    """Return the threshold that grants a wish at the least cost of the other aim.

    Parameters
    ----------
    probabilities : array of float
        Shape (N, K), of images that the network did not learn from.
    labels : array of int64
        Shape (N,).
    wish : Wish
        What it is to reach.
    facts : Facts
        Of the model.

    Raises
    ------
    ConfigError
        If no threshold does.
    """
    own = labels == wish.label
    precision, recall, thresholds = precision_recall_curve(own, probabilities[:, wish.label])
    precision, recall = precision[:-1], recall[:-1]  # the last ones are of no image at all
    reached, other = (recall, precision) if wish.aim == "recall" else (precision, recall)
    good = np.flatnonzero(reached >= wish.least - 1e-12)
    if not len(good):
        raise ConfigError(
            f"no threshold gives class {facts.class_names[wish.label]!r} a {wish.aim} of "
            f"{wish.least:g} on the {len(labels)} held-out images; the most is {reached.max():.3f}"
        )
    best = good[np.lexsort((thresholds[good], other[good]))[-1]]
    return Threshold(
        float(thresholds[best]),
        float(recall[best]),
        float(precision[best]),
        int(own.sum()),
        len(own),
    )


def decide(probabilities: Float64Array, thresholds: Mapping[int, float]) -> Int64Array:
    """Return labels (N,) of probabilities (N, K), under thresholds of some classes.

    An image that reaches thresholds is called the class whose threshold it exceeds by the largest
    factor; any other the most probable class without a threshold.
    """
    labels = list(thresholds)
    limits = np.array([thresholds[label] for label in labels])
    ratios = probabilities[:, labels] / limits
    rest = probabilities.copy()
    if len(labels) < rest.shape[1]:
        rest[:, labels] = -1.0
    reached = ratios.max(axis=1) >= 1
    found: Int64Array = np.where(
        reached, np.asarray(labels)[ratios.argmax(axis=1)], rest.argmax(axis=1)
    ).astype(np.int64)
    return found
