"""Calibrating a run's classifier, and showing the effect of class offsets on the test part."""

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
"""The number of images of each class on which offsets are fitted."""

TITLES = {OFFSETS: "{}, class offsets", GENERATED: "{}, offsets by generated images"}


@dataclass(frozen=True)
class Calibrated:
    """A run's classifier, calibrated.

    Attributes
    ----------
    more : mapping
        The additional facts to store in the run.
    rows : tuple of Row
        The scores with offsets on the test part.
    title : str
        The title of the row whose decisions are the run's.
    """

    more: Mapping[str, Any]
    rows: tuple[Row, ...]
    title: str


def check_calibration(config: TrainConfig, held_out: int) -> None:
    """Raise `ConfigError` if a run cannot be calibrated as requested.

    ``held_out`` is its number of held-out images.
    """
    if config.calibration == OFFSETS and not held_out:
        raise ConfigError(
            "class offsets are fitted on held-out images, but there are none; use a "
            "--validation-fraction above 0, or --calibration temperature"
        )
    if config.calibration == GENERATED and core_config(config) is None:
        raise ConfigError(
            f"method {config.method} keeps no generator to make images on which offsets are "
            "fitted; use --calibration offsets"
        )


def with_calibration(config: TrainConfig, path: Path, wanted: str | None) -> TrainConfig:
    """Return a run's config with the requested calibration, or else the one that it has.

    Raises
    ------
    ConfigError
        If the run cannot be calibrated in this way.
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
    """Calibrate a classifier on held-out images, and store its predictions on them.

    Parameters
    ----------
    facts : Facts
        The current facts of the run; a calibration from splits of `geneticgan.jobs.choosing` stays
        if nothing is held out.
    path : Path
        The run folder.
    network : torch.nn.Module
        The classifier.
    split : Split
        The images of the run.
    config : TrainConfig
        The config, which names the calibration.
    title : str
        The classifier's title.
    generators : sequence of Generator
        The generators of the run, on the network's device.
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
        more.pop("thresholds", None)  # set for other probabilities
    own = title if chosen is None else TITLES.get(chosen.kind, "{}").format(title)
    return Calibrated(more, rows, own)


def _score(calibration: Calibration, outputs: Predicted, split: Split) -> Any:
    predicted = calibration(outputs.logits).argmax(axis=1)
    return score(outputs.labels, predicted, split.classes, split.smallest_class)
