"""The facts of a run's model: everything besides the weights that is needed to use it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from geneticgan.config import read_json
from geneticgan.data.dataset import UNTOUCHED, Images, Preprocessing
from geneticgan.data.decoding import Decoding
from geneticgan.data.fitting import FITS
from geneticgan.data.imbalance import smallest_class
from geneticgan.data.splits import Split
from geneticgan.errors import ConfigError, RunError, no_class
from geneticgan.evaluation.probabilities import Calibration
from geneticgan.files import not_written
from geneticgan.inference.choice import CLASS_HEAD, members
from geneticgan.training.hashed import check_hash, hashed, without_hash
from geneticgan.training.run_folder import RunFolder, write_json

NAME = "model.json"
FORMAT = 1

UNCALIBRATED = ("calibration", None)
"""The only entry of these that need not be a mapping."""

MOST_SIZE = 4096
"""The height above which no network of a run can be."""


@dataclass(frozen=True)
class Facts:
    """Everything known about a model without its training images.

    Attributes
    ----------
    channels, size : int
        Channels and height (= width) of the networks' images.
    class_names : tuple of str
        Names of the classes, in the order of the labels.
    train_counts, validation_counts, test_counts : tuple of int
        Number of images of each class for training, validation and testing.
    preprocessing : Preprocessing
        How image files were preprocessed for training, and are for prediction.
    more : mapping of str to JSON value
        Facts that are known only after training, such as ``classifier``.
    """

    channels: int
    size: int
    class_names: tuple[str, ...]
    train_counts: tuple[int, ...]
    validation_counts: tuple[int, ...]
    test_counts: tuple[int, ...]
    more: Mapping[str, Any] = field(default_factory=dict)
    preprocessing: Preprocessing = UNTOUCHED

    @property
    def too_high(self) -> str:
        """What is wrong with scores on the test part, in a sentence; empty where nothing is.

        Networks that a run begins with may have learnt from images of its test part.
        """
        tested = self.more.get("beginning", {}).get("tested", 0)
        if not tested:
            return ""
        return (
            f"{tested} of the {sum(self.test_counts)} test images were learnt from by the run "
            "whose networks this one began with: scores on the test part are too high."
        )

    @property
    def classifier(self) -> str:
        """Key of what classifies; see `geneticgan.inference.choice.Choice`."""
        return str(self.more.get("classifier", {}).get("network", CLASS_HEAD))

    @property
    def chosen_before(self) -> bool:
        """Whether the classifier was chosen before the training."""
        return bool(self.more.get("classifier", {}).get("chosen_before", False))

    @property
    def classifier_title(self) -> str:
        """Name of the classifier's row in the run's table."""
        return str(self.more.get("classifier", {}).get("title", self.classifier))

    @property
    def calibrated(self) -> bool:
        """Whether its probabilities were calibrated on images that it was not trained on."""
        return self.more.get("calibration") is not None

    @property
    def calibration(self) -> Calibration:
        """How logits become probabilities: by the softmax alone if no images were held out."""
        if not self.calibrated:
            return Calibration()
        return Calibration.from_json(self.more["calibration"], self.classes)

    @property
    def thresholds(self) -> dict[int, float]:
        """Minimum probabilities at which an image is assigned to a class, by label."""
        found = self.more.get("thresholds", {})
        return {self.label(name): float(each["threshold"]) for name, each in found.items()}

    @property
    def classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    @property
    def smallest_class(self) -> int:
        """Label of the class with the fewest training images (the last of several)."""
        both = zip(self.train_counts, self.validation_counts, strict=True)
        return smallest_class([a + b for a, b in both])

    @property
    def decoding(self) -> Decoding:
        """How image files are decoded, the same as in training."""
        done = self.preprocessing
        return Decoding(self.size, self.channels == 1, fit=done.fit, window=done.window)

    def label(self, name: str) -> int:
        """Return the label for a class name or a number as text; `ConfigError` if there is none."""
        if name in self.class_names:
            return self.class_names.index(name)
        if name.isdecimal() and int(name) < self.classes:
            return int(name)
        raise ConfigError(no_class(name, self.class_names))

    def empty_split(self) -> Split:
        """Return a split of this shape without images, for building networks."""
        none = Images(
            np.empty((0, self.channels, self.size, self.size), dtype=np.uint8),
            np.empty(0, dtype=np.int64),
        )
        nothing = np.empty(0, dtype=np.int64)
        return Split(
            none, none, none, self.class_names, nothing, nothing, "",
            preprocessing=self.preprocessing,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """Return the facts as JSON types."""
        return {
            "format": FORMAT,
            "channels": self.channels,
            "size": self.size,
            "class_names": list(self.class_names),
            "counts": {
                "train": list(self.train_counts),
                "validation": list(self.validation_counts),
                "test": list(self.test_counts),
            },
            "preprocessing": {
                "fit": self.preprocessing.fit,
                "window": self.preprocessing.window and list(self.preprocessing.window),
                "size": self.size,
                "channels": self.channels,
                "pixels": "value / 127.5 - 1",
            },
            **self.more,
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Facts:
        """Read what `to_json` returned; `KeyError`, `TypeError` or `ValueError` if it is not."""
        if found["format"] != FORMAT:
            raise ValueError(f"it has format {found['format']!r}, this version reads {FORMAT}")
        names = tuple(str(name) for name in found["class_names"])
        train, validation, test = (
            tuple(int(n) for n in found["counts"][part]) for part in ("train", "validation", "test")
        )
        if any(len(each) != len(names) for each in (train, validation, test)):
            raise ValueError("its numbers of counts and of classes differ")
        known = {"format", "channels", "size", "class_names", "counts", "preprocessing"}
        more = {key: value for key, value in found.items() if key not in known}
        for key in ("calibration", "classifier", "thresholds", "beginning"):
            if not isinstance(more.get(key, {}), dict) and (key, more[key]) != UNCALIBRATED:
                raise ValueError(f"{key} is {more[key]!r}")
        network = more.get("classifier", {}).get("network", CLASS_HEAD)
        if not all(re.fullmatch(r"[a-z0-9-]+", each) for each in members(network)):
            raise ValueError(f"{network!r} is no classifier")
        channels, size = int(found["channels"]), int(found["size"])
        if channels not in (1, 3) or not 1 <= size <= MOST_SIZE or min(*train, *validation) < 0:
            raise ValueError(f"no images have {channels} channels, the size {size} and its counts")
        done = _preprocessing(found["preprocessing"])
        facts = cls(channels, size, names, train, validation, test, more, done)
        if facts.calibrated:
            Calibration.from_json(more["calibration"], len(names))  # to check that it is valid
        return facts


def _preprocessing(found: Mapping[str, Any]) -> Preprocessing:
    """Read the preprocessing; runs of earlier versions have no window."""
    fit, window = found["fit"], found.get("window")
    if fit not in FITS:
        raise ValueError(f"{fit!r} is no way to make an image square")
    if window is None:
        return Preprocessing(fit)
    low, high = map(float, window)
    if not -math.inf < low < high < math.inf:
        raise ValueError(f"{window!r} is no window of values")
    return Preprocessing(fit, (low, high))


def facts_of(split: Split) -> Facts:
    """Return the facts of a model that is trained on a split."""
    channels, size = split.train.pixels.shape[1:3]
    train, validation, test = (
        tuple(part.counts(split.classes)) for part in (split.train, split.validation, split.test)
    )
    done = split.preprocessing
    return Facts(channels, size, split.class_names, train, validation, test, preprocessing=done)


def write_facts(path: Path, facts: Facts) -> None:
    """Write the facts to a run folder; `RunError` if that is not possible."""
    try:
        write_json(path / NAME, hashed(facts.to_json()))
    except OSError as error:
        raise not_written(path, error) from error


def read_facts(path: Path) -> Facts:
    """Read the facts of a run folder.

    Raises
    ------
    RunError
        If it is no run folder, or the file is missing, damaged, or a symbolic link.
    """
    file = path / NAME
    if file.is_symlink():
        raise RunError(f"{file} is a symbolic link; a run folder holds its own files")
    if not file.is_file():
        folder, _ = RunFolder.open(path)  # raises if it is no run at all
        if not folder.log.exists() and not folder.checkpoint.exists():
            raise RunError(f"{path} was stopped before its training began; train again, also there")
        raise RunError(f"{path} holds no {NAME}; it was made by an earlier version: train again")
    try:
        found = read_json(file)
        facts = Facts.from_json(without_hash(found))
        check_hash(found)
        return facts
    except (AttributeError, ConfigError, KeyError, TypeError, ValueError) as error:
        cause = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise RunError(f"{file} is damaged: {cause}") from error
