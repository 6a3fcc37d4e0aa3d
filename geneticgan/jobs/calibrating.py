"""Calibrating a run's classifier, and showing what class offsets change on the test part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from geneticgan.config import TrainConfig
from geneticgan.data.dataset import Images
from geneticgan.data.splits import Split
from geneticgan.errors import ConfigError
from geneticgan.evaluation.generation import generate
from geneticgan.evaluation.metrics import score
from geneticgan.evaluation.outputs import Predicted
from geneticgan.evaluation.prediction import class_logits
from geneticgan.evaluation.probabilities import (
    GENERATED,
    OFFSETS,
    TEMPERATURE,
    Calibration,
    fit_calibrations,
    fit_generated,
)
from geneticgan.inference.facts import Facts, read_facts
from geneticgan.inference.held_out import keep_predictions
from geneticgan.jobs.outcome import Row
from geneticgan.methods.of_run import core_config
from geneticgan.networks import Generator

GENERATED_IMAGES = 500
"""Of each class, to fit offsets on."""

TITLES = {OFFSETS: "{}, class offsets", GENERATED: "{}, offsets by generated images"}


@dataclass(frozen=True)
class Calibrated:
    """A run's classifier, calibrated.

    Attributes
    ----------
    more : mapping
        What the run's facts hold of it from now on.
    rows : tuple of Row
        What offsets change on the test part.
    title : str
        Of the row whose decisions are the run's.
    """

    more: Mapping[str, Any]
    rows: tuple[Row, ...]
    title: str


def check_calibration(config: TrainConfig, held_out: int) -> None:
    """Raise `ConfigError` if a run with so many held-out images cannot be calibrated as asked."""
    if config.calibration == OFFSETS and not held_out:
        raise ConfigError(
            "class offsets are fitted on held-out images, and there are none; use a "
            "--validation-fraction above 0, or --calibration temperature"
        )
    if config.calibration == GENERATED and core_config(config) is None:
        raise ConfigError(
            f"method {config.method} keeps no generator, by whose images offsets are fitted; use "
            "--calibration offsets"
        )


def with_calibration(config: TrainConfig, path: Path, wanted: str | None) -> TrainConfig:
    """Return a run's config with the calibration asked for, else the one that it has.

    Raises
    ------
    ConfigError
        If it cannot be calibrated so.
    RunError
        If the folder's facts cannot be read.
    """
    facts = read_facts(path)
    if wanted is None:
        kind = facts.calibration.kind if facts.calibrated else config.calibration
        return replace(config, calibration=kind)
    asked = replace(config, calibration=wanted)
    check_calibration(asked, sum(facts.validation_counts))
    return asked


def calibrate_run(
    facts: Facts,
    path: Path,
    network: torch.nn.Module,
    split: Split,
    config: TrainConfig,
    title: str,
    generators: Sequence[Generator] = (),
) -> Calibrated:
    """Calibrate a classifier on held-out images, and keep what it says of these.

    Parameters
    ----------
    facts : Facts
        Of the run, as they are; a calibration that splits of `geneticgan.jobs.choosing` found
        stays where nothing is held out.
    path : Path
        Of the run folder.
    network : torch.nn.Module
        The classifier.
    split : Split
        Of the run.
    config : TrainConfig
        Says how it is calibrated.
    title : str
        What the classifier is called.
    generators : sequence of Generator
        Of the run, on the network's device.
    """
    device = next(network.parameters()).device
    outputs = keep_predictions(path, network, split, device)
    held, test = outputs["validation"], outputs["test"]
    found = fit_calibrations(held.logits, held.labels)
    kept = facts.calibration
    if not found and kept.splits:
        found[kept.kind] = kept
    if config.calibration == GENERATED:
        labels = torch.arange(split.classes).repeat_interleave(GENERATED_IMAGES)
        images = Images(generate(generators, labels, config.seed, device).numpy(), labels.numpy())
        made = class_logits(network, images, device)
        found[GENERATED] = fit_generated(made, images.labels, held.logits, held.labels)
    chosen = found.get(config.calibration)
    rows = tuple(
        Row(TITLES[kind].format(title), _score(each, test, split))
        for kind, each in found.items()
        if kind != TEMPERATURE
    )
    more = {**facts.more, "calibration": chosen and chosen.to_json()}
    if facts.calibrated and chosen != kept:
        more.pop("thresholds", None)  # of other probabilities
    own = title if chosen is None else TITLES.get(chosen.kind, "{}").format(title)
    return Calibrated(more, rows, own)


def _score(calibration: Calibration, outputs: Predicted, split: Split) -> Any:
    predicted = calibration(outputs.logits).argmax(axis=1)
    return score(outputs.labels, predicted, split.classes, split.smallest_class)
