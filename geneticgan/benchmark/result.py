"""The result of a cell, as it is written to its file."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from geneticgan.benchmark.curves import Look
from geneticgan.benchmark.identity import Identity
from geneticgan.evaluation.metrics import Scores
from geneticgan.evaluation.probabilities import Calibration


@dataclass(frozen=True)
class CellResult:
    """The result of a cell.

    Attributes
    ----------
    method, dataset : str
        Specs of the method and the data set, as the user wrote them.
    imbalance : str
        Spec of the imbalance, as the user wrote it.
    seed : int
        Seed of the subset and of the training.
    trial : int or None
        Number of the tuning trial.
    values : mapping
        Tuned options of the method and values of the config.
    name : str
        Name under which it is stored; empty if that is the method's spec.
    error, traceback : str
        Why it failed; empty if it did not. If it failed, all following attributes have defaults.
    identity : Identity or None
        Everything that the result depends on; None in files of an earlier version.
    title : str
        The method's name in tables.
    asked : tuple of str
        The protocols that were requested.
    scores : mapping of str to Scores
        Scores by protocol, without protocols that could not evaluate this method.
    seconds : float
        Duration of the training, without evaluations on the validation part.
    images_seen : int
        Number of real images seen in training.
    curve : tuple of Look
        Evaluations on the validation part.
    train_counts : tuple of int
        Number of training images of each class.
    class_names : tuple of str
        Names of the classes, in the order of the labels.
    config : mapping
        All options, including tuned values.
    device : str
        The device on which it was trained.
    calibrations : mapping of str to Calibration
        Calibrations by kind, fitted on the validation part; empty if not requested.
    """

    method: str
    dataset: str
    imbalance: str
    seed: int
    trial: int | None = None
    values: Mapping[str, float | str] = field(default_factory=dict)
    name: str = ""
    error: str = ""
    traceback: str = ""
    identity: Identity | None = None
    title: str = ""
    asked: tuple[str, ...] = ()
    scores: Mapping[str, Scores] = field(default_factory=dict)
    seconds: float = 0.0
    images_seen: int = 0
    curve: tuple[Look, ...] = ()
    train_counts: tuple[int, ...] = ()
    class_names: tuple[str, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    device: str = ""
    calibrations: Mapping[str, Calibration] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether it ended with an error."""
        return bool(self.error)

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON types."""
        head = ("method", "dataset", "imbalance", "seed", "trial", "values", "name")
        made = {name: getattr(self, name) for name in head}
        if self.failed:
            cause = {"error": self.error, "traceback": self.traceback}
            return made | {name: text for name, text in cause.items() if text}
        rest = ("title", "asked", "seconds", "images_seen", "train_counts", "class_names")
        made |= {name: getattr(self, name) for name in (*rest, "config", "device")}
        made["scores"] = {
            protocol: {"accuracy": scores.accuracy, **scores.to_json()}
            for protocol, scores in self.scores.items()
        }
        made["curve"] = [dataclasses.asdict(look) for look in self.curve]
        if self.calibrations:
            made["calibrations"] = {k: each.to_json() for k, each in self.calibrations.items()}
        if self.identity is not None:
            made |= {"identity": self.identity.to_json(), "digest": self.identity.digest}
        return made

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> CellResult:
        """Read what `to_json` returned.

        Raises
        ------
        KeyError, TypeError, ValueError
            If something is missing or has the wrong type.
        """
        values = dict(found.get("values", {}))
        head = (found["method"], found["dataset"], found["imbalance"], int(found["seed"]))
        trial = found.get("trial")
        common = (*head, None if trial is None else int(trial), values, found.get("name", ""))
        if "error" in found:
            return cls(*common, str(found["error"]), str(found.get("traceback", "")))
        identity = Identity.from_json(found["identity"]) if "identity" in found else None
        if identity is not None and identity.digest != found["digest"]:
            raise ValueError("its digest is not that of its identity: the file was changed")
        scores = {name: Scores.from_json(each) for name, each in found["scores"].items()}
        classes, calibrations = len(found["class_names"]), found.get("calibrations", {})
        return cls(
            *common,
            identity=identity,
            title=found["title"],
            asked=tuple(found.get("asked", scores)),
            scores=scores,
            seconds=float(found["seconds"]),
            images_seen=int(found["images_seen"]),
            curve=tuple(Look(**look) for look in found["curve"]),
            train_counts=tuple(int(count) for count in found["train_counts"]),
            class_names=tuple(found["class_names"]),
            config=dict(found["config"]),
            device=str(found.get("device", "")),
            calibrations={k: Calibration.from_json(v, classes) for k, v in calibrations.items()},
        )
