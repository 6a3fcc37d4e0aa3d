"""What a classifier gains from generated images, and what keeps it from gaining more."""

from __future__ import annotations

import argparse
import dataclasses
import math
import sys
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch

from benchmarks.ablation_grid import CPU, against, cell, line, spread
from geneticgan.benchmark.keeping import kept_generators
from geneticgan.config import TrainConfig
from geneticgan.data.dataset import Images, Int64Array
from geneticgan.data.sampling import BatchSource
from geneticgan.data.splits import Split, unused
from geneticgan.data.stores import Batches, Pair
from geneticgan.evaluation.generation import generate
from geneticgan.evaluation.generation_metrics import score_generated
from geneticgan.evaluation.prediction import predict
from geneticgan.evaluation.scoring import score_network
from geneticgan.jobs.features import Extractor, reference_classifier, reference_network
from geneticgan.methods.augmented import Augmented, generate_missing
from geneticgan.methods.classifier import ClassifierMethod
from geneticgan.methods.contract import Task
from geneticgan.methods.oscn import OsCN
from geneticgan.networks import Generator
from geneticgan.protocols.development import DEVELOPMENT_IMAGES, development_part
from geneticgan.training.interrupt import StopRequest
from geneticgan.training.setup import load_parts

GENERATORS = ("paper", "weight-0", "weight-0-only-nonsat")
"""Variants whose generators are looked at."""

SHARES = (0.25, 0.5, 1.0)
"""Generated images for a real one, on top of oversampling."""

RATE = 2e-4
"""Learning rate of the classifiers, the better one of Os+CN's."""


def study(base: TrainConfig, seeds: Sequence[int], options: argparse.Namespace) -> None:
    """Train classifiers and print their table."""
    torch.set_num_threads(1)
    rows: dict[str, list[float]] = {}
    qualities: dict[str, list[tuple[float, float, float]]] = {}
    for seed in seeds:
        steps = options.classifier_steps or base.steps
        config = dataclasses.replace(base, seed=seed, steps=steps, classifier_learning_rate=RATE)
        source, split = load_parts(config)
        real = development_part(source, split)
        with StopRequest() as stop:
            oracle = reference_network(source, config, CPU, (), stop)
            extractor = reference_classifier(source, config, CPU, (), stop)
        judge = _judge(config, dataclasses.replace(split, test=real))
        rows.setdefault("Os+CN", []).append(judge(OsCN()))
        rows.setdefault("as many unseen real images", []).append(
            judge(Augmented(_unseen(unused(source, split, 10**9), split)))
        )
        for name in options.variants or GENERATORS:
            weights = options.out / "generators" / cell(name, base, seed).place()
            generators = kept_generators(weights, config, split, CPU)
            if not generators:
                sys.exit(f"{weights} holds no generators; run the grid first")
            made = generate_missing(generators, split, seed, CPU)
            said = predict(oracle, made, CPU)
            right = said == made.labels
            quality = 100 * float(1 - right.mean()), *_likeness(generators, real, split, extractor)
            qualities.setdefault(name, []).append(quality)
            for title, images in _kinds(made, said, right).items():
                rows.setdefault(f"{name}: {title}", []).append(judge(Augmented(images)))
            for share in SHARES:
                title = f"{name}: on top of oversampling, {share:g} for a real one"
                rows.setdefault(title, []).append(judge(OnTop(made, share)))
            print(f"seed {seed}, {name}", file=sys.stderr)
    print(
        "A classifier on real images, balanced by what is added; ACSA on images of no other part "
        f"(up to {DEVELOPMENT_IMAGES} a class). What is right is said by a classifier trained on "
        "all real training images of the data set.\n"
    )
    print(f"{line(['added', 'ACSA', '- Os+CN'])}\n|---|---|---|")
    for title, found in rows.items():
        print(line([title, spread(found), against(found, rows["Os+CN"])]))
    print(
        "\nOf the smallest class: how far a generated image is from the nearest training image, "
        "over how far an unseen real one is, medians; and the share of copies, nearer than all "
        "but one in a hundred unseen real ones.\n"
    )
    heads = ["generators", "wrong label, %", "distance", "copies, %"]
    print(f"{line(heads)}\n|{'---|' * len(heads)}")
    for name, each in qualities.items():
        print(line([name, *(spread(found) for found in zip(*each, strict=True))]))


class OnTop(ClassifierMethod):
    """Os+CN with generated images, all classes alike, on top of each batch.

    Parameters
    ----------
    generated : Images
        Of every class but the largest.
    share : float
        Generated images for a real one.
    """

    key = "on-top"
    title = "Os+CN with generated images on top"

    def __init__(self, generated: Images, share: float) -> None:
        self.generated = generated
        self.share = share

    def batches(self, task: Task) -> Batches:
        """Draw oversampled batches, and generated images to go with them."""
        real, config = OsCN().batches(task), task.config
        labels, compact = np.unique(self.generated.labels, return_inverse=True)
        generated = Images(self.generated.pixels, compact.astype(np.int64))
        source = BatchSource(generated, len(labels), config.seed, "generated", task.device)
        draw_generated = source.balanced(max(1, round(self.share * config.batch_size)))

        def draw(number: int) -> Pair:
            images, classes = real(number)
            more, which = draw_generated(number)
            return torch.cat([images, more]), torch.cat([classes, torch.from_numpy(labels)[which]])

        return draw


def _likeness(
    generators: Sequence[Generator], real: Images, split: Split, extractor: Extractor
) -> tuple[float, float]:
    """Return novelty and share of copies, in percent, of the smallest class's images."""
    label = split.smallest_class
    unseen, training = (
        extractor.extract(images.pixels[images.labels == label]) for images in (real, split.train)
    )
    labels = torch.full((len(unseen),), label)
    made = extractor.extract(generate(generators, labels, 0, CPU).numpy())
    scores = score_generated(made, unseen, training, 0)
    return (scores.novelty, 100 * scores.copies) if scores else (math.nan, math.nan)


def _kinds(made: Images, said: Int64Array, right: npt.NDArray[np.bool_]) -> Mapping[str, Images]:
    """Return what is generated as it is, relabelled, and without what is wrong."""
    return {
        "as generated": made,
        "labels corrected": Images(made.pixels, said),
        "wrong ones left out": made.take(np.flatnonzero(right)),
    }


def _unseen(left: Images, split: Split) -> Images:
    """Return what each class lacks to be as large as the largest, of what judges nothing."""
    counts = np.asarray(split.train_counts)
    chosen = [
        np.flatnonzero(left.labels == label)[DEVELOPMENT_IMAGES:][:lacking]
        for label, lacking in enumerate(counts.max() - counts)
    ]
    return left.take(np.concatenate(chosen))


def _judge(config: TrainConfig, split: Split) -> Callable[[ClassifierMethod], float]:
    def judge(method: ClassifierMethod) -> float:
        with StopRequest() as stop:
            fitted = method.fit(Task(split, config, CPU, None, (), stop))  # type: ignore[arg-type]
        return 100 * score_network(fitted.network, split.test, split, CPU).acsa

    return judge
