"""The table at the end: a GAN's class head, augmentation and the baselines, on the test part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from geneticgan.benchmark.keeping import draw_real_sheet, draw_sheet
from geneticgan.config import TrainConfig
from geneticgan.data.splits import Split
from geneticgan.evaluation.generation import generate
from geneticgan.evaluation.scoring import score_network
from geneticgan.inference.choice import CLASS_HEAD, Choice, averaged, choose_classifier
from geneticgan.inference.facts import Facts, read_facts, write_facts
from geneticgan.jobs.calibrating import calibrate_run
from geneticgan.jobs.networks import trained
from geneticgan.jobs.outcome import Report, Row
from geneticgan.methods.augmented import Augmented, generate_missing
from geneticgan.methods.balanced_softmax import BalancedSoftmax
from geneticgan.methods.classifier import ClassifierMethod
from geneticgan.methods.cn import CN
from geneticgan.methods.contract import Task
from geneticgan.methods.of_run import RunMethod
from geneticgan.methods.oscn import OsCN
from geneticgan.networks.averaged import Averaged
from geneticgan.report.pictures import draw_classes
from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import StopRequest
from geneticgan.training.model import Model
from geneticgan.training.run_folder import RunFolder, write_json

PICTURED = 8
"""The number of generated images of each class in the picture."""


def score_gan(
    folder: RunFolder,
    config: TrainConfig,
    own: RunMethod,
    split: Split,
    model: Model,
    observers: Sequence[Observer],
    stop: StopRequest,
) -> Report:
    """Score a GAN and the classifiers, training those whose weights are not in the folder yet.

    Raises
    ------
    Interrupted
        If a stop was requested; finished trainings are kept.
    """
    generated = generate_missing(model.generators, split, config.seed, model.device)
    kept = folder.frozen if folder.frozen.is_file() else None
    task = Task(split, config, model.device, folder.path, observers, stop, pretrained=kept)
    plain = BalancedSoftmax()
    methods: tuple[ClassifierMethod, ...] = (plain, Augmented(generated), OsCN(), CN())
    beside = {method.key: trained(method, method.key, folder, task) for method in methods}
    head, both = model.discriminator, averaged(CLASS_HEAD, plain.key)
    networks = {CLASS_HEAD: head, both: Averaged([head, beside[plain.key]]), **beside}
    titles = {
        CLASS_HEAD: f"{own.method.title}, class head",
        both: f"{own.method.title} + {plain.title}",
        **{method.key: method.title for method in methods},
    }
    facts = read_facts(folder.path)
    candidates = {key: networks[key] for key in (both, plain.key)}
    choice = _choose(facts, candidates, plain.key, split, model.device)
    network, title = networks[choice.key], titles[choice.key]
    found = calibrate_run(facts, folder.path, network, split, config, title, model.generators)
    why = choice.why(titles, len(split.validation))
    more = {**found.more, "classifier": {**choice.to_json(), "title": found.title, "why": why}}
    write_facts(folder.path, replace(facts, more=more))
    rows = []
    for key, each in networks.items():
        rows += [
            _row(titles[key], each, split, model.device),
            *(found.rows if key == choice.key else ()),
        ]
    write_json(folder.results, [{"method": row.title, **row.scores.to_json()} for row in rows])
    picture = folder.samples / "classes.png"
    if key := _draw(picture, config, split, model):
        for observer in observers:
            observer.on_note(key)
    draw_sheet(folder.samples / "generated.png", model.generators, split, config.seed, model.device)
    draw_real_sheet(folder.samples / "real.png", split)
    return Report(folder, config, split, tuple(rows), picture, found.title, why)


def _choose(
    facts: Facts,
    candidates: Mapping[str, torch.nn.Module],
    plain: str,
    split: Split,
    device: torch.device,
) -> Choice:
    """Choose the classifier on the validation part.

    Networks that err in different ways do better together than each of them alone (Lakshminarayanan
    et al. 2017), so the class head classifies together with the plain network, unless that is
    better without it.
    """
    if facts.chosen_before:
        return Choice(facts.classifier, {}, before=True)
    scores = {}
    if len(split.validation):
        for key, network in candidates.items():
            scores[key] = score_network(network, split.validation, split, device).acsa
    return choose_classifier(scores, plain)


def _row(title: str, network: torch.nn.Module, split: Split, device: torch.device) -> Row:
    return Row(title, score_network(network, split.test, split, device))


def _draw(path: Path, config: TrainConfig, split: Split, model: Model) -> str:
    labels = torch.arange(split.classes).repeat_interleave(PICTURED)
    images = generate(model.generators, labels, config.seed, model.device)
    return draw_classes(
        path,
        split.train,
        torch.split(images, PICTURED),
        split.class_names,
        split.train_counts,
        PICTURED,
    )
