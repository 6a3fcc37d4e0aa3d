"""Probability thresholds of classes, chosen for a required recall or precision."""

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
    """A requirement that a class's threshold must meet on held-out images.

    Attributes
    ----------
    label : int
        Label of the class.
    aim : str
        One of `AIMS`.
    least : float
        Minimum recall or precision, in (0, 1].
    """

    label: int
    aim: str
    least: float


@dataclass(frozen=True)
class Threshold:
    """A threshold, and its effect on the images on which it was chosen.

    Attributes
    ----------
    threshold : float
        Minimum probability, for balanced classes, at which an image is assigned to the class.
    recall, precision : float
        Recall and precision of the class, in [0, 1].
    images, of : int
        Number of images of the class, and of all images.
    splits : int
        Number of networks, trained on splits of the images, whose out-of-fold predictions these
        are; 0 if they are the run's own network's.
    """

    threshold: float
    recall: float
    precision: float
    images: int
    of: int
    splits: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self)

    @property
    def told(self) -> str:
        """What it was chosen on, in a phrase that follows the word "on"."""
        if not self.splits:
            return f"the {self.of} held-out images, {self.images} of them of this class"
        return (
            f"out-of-fold predictions of {self.of} images, {self.images} of them of this class (by "
            f"networks trained on {self.splits} splits; this run's is refitted on all images)"
        )


def parse_wish(text: str, facts: Facts) -> Wish:
    """Read a requirement such as ``rare=recall:0.95``; `ConfigError` if it is invalid."""
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
    """Return the threshold that meets a requirement at the least cost to the other aim.

    Parameters
    ----------
    probabilities : array of float
        Probabilities of shape (N, K) for images that the network was not trained on.
    labels : array of int64
        True labels, of shape (N,).
    wish : Wish
        The requirement.
    facts : Facts
        The facts of the model.

    Raises
    ------
    ConfigError
        If no threshold meets the requirement.
    """
    own = labels == wish.label
    precision, recall, thresholds = precision_recall_curve(own, probabilities[:, wish.label])
    precision, recall = precision[:-1], recall[:-1]  # the last pair has no threshold
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
    """Return labels (N,) for probabilities (N, K), given thresholds of some classes.

    An image that reaches thresholds is assigned to the class whose threshold it exceeds by the
    largest factor; any other image to the most probable class without a threshold.
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
