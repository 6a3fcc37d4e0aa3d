"""Architectures at equal real images seen: ``python -m benchmarks.architectures``.

AGGAN, or another GAN, is trained with each of them on the same images, steps and batches. Of its
generated images the first table has what `geneticgan measure` has (in the features of a classifier
trained on all real training images), of all classes together and of each; the second one what
classifiers make of them: the share that this classifier takes for the class asked for, and the mean
recall on real test images of one that has learnt from generated images alone. The rarest class is
drawn, real images in the first row, then those of each architecture in the order of the command
line.
"""

from __future__ import annotations

import argparse
import dataclasses
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.ablation_grid import line, spread, tell
from geneticgan.benchmark.cell import Cell
from geneticgan.benchmark.grid import fill
from geneticgan.benchmark.keeping import kept_generators, write_sheet
from geneticgan.benchmark.launchers import make_launcher
from geneticgan.benchmark.layout import BenchmarkFolder
from geneticgan.config import TrainConfig, read_json
from geneticgan.data.dataset import Images, UInt8Array
from geneticgan.data.splits import Split
from geneticgan.evaluation.generation import generate
from geneticgan.evaluation.metrics import Scores
from geneticgan.evaluation.scoring import score_network
from geneticgan.evaluation.spaces import SPACES, scores_file
from geneticgan.jobs.features import reference_network
from geneticgan.jobs.measuring import measure
from geneticgan.methods.contract import Task
from geneticgan.methods.oscn import OsCN
from geneticgan.networks import Generator
from geneticgan.training.device import resolve_device
from geneticgan.training.interrupt import StopRequest
from geneticgan.training.setup import load_parts

METRICS = ("fid", "kid", "precision", "recall", "density", "coverage", "copies")
COLUMNS = 12
"""Images of a row in the picture."""


def cells(base: TrainConfig, method: str, architecture: str, seeds: Iterable[int]) -> list[Cell]:
    """Return a method's trainings with an architecture."""
    config = dataclasses.replace(base, architecture=architecture)
    return [Cell(method, dataclasses.replace(config, seed=seed)) for seed in seeds]


def classified(
    generators: Sequence[Generator],
    split: Split,
    config: TrainConfig,
    judge: torch.nn.Module,
    each: int,
) -> tuple[Scores, Scores]:
    """Return the judge's scores on generated images, and those of a classifier that learnt them.

    Parameters
    ----------
    generators : sequence of Generator
        What generates.
    split : Split
        Its test part scores the classifier.
    config : TrainConfig
        The seed, the device, and how the classifier learns.
    judge : torch.nn.Module
        A classifier that has learnt from real images.
    each : int
        Generated images of a class.
    """  # fmt: skip
    device = resolve_device(config.device)
    labels = np.repeat(np.arange(split.classes, dtype=np.int64), each)
    pixels = generate(generators, torch.from_numpy(labels), config.seed, device).numpy()
    made = Images(pixels, labels)
    learnt = learn(made, split, config)
    return (
        score_network(judge, made, split, device),
        score_network(learnt, split.test, split, device),
    )


def learn(images: Images, split: Split, config: TrainConfig) -> torch.nn.Module:
    """Return plain oversampling's network, trained on these images alone."""
    config = dataclasses.replace(config, method="oscn", architecture="convolutional")
    device = resolve_device(config.device)
    with StopRequest() as stop:
        task = Task(dataclasses.replace(split, train=images), config, device, Path(), (), stop)
        return OsCN().fit(task).network


@dataclass(frozen=True)
class Run:
    """What one training of an architecture gave.

    Attributes
    ----------
    measured : mapping
        What `geneticgan measure` found.
    recognised : Scores
        How generated images are classified by a network that learnt all real ones.
    learnt : Scores
        How a network classifies real test images that learnt generated ones alone.
    seconds : float
        The training's time.
    rarest : array of uint8
        Generated images of the rarest class.
    split : Split
        The real images.
    """

    measured: Mapping[str, Any]
    recognised: Scores
    learnt: Scores
    seconds: float
    rarest: UInt8Array
    split: Split


def runs(base: TrainConfig, architecture: str, given: argparse.Namespace) -> list[Run]:
    """Train an architecture with every seed, and measure what it generates."""
    out = BenchmarkFolder(given.out / architecture.replace(":", "-"))
    grid = cells(base, given.method, architecture, range(given.seeds))
    fill(grid, out.root, make_launcher("local", 1), tell)
    results = [out.read(cell.place()) for cell in grid]
    for cell, result in zip(grid, results, strict=True):
        if result is None or result.failed:
            sys.exit(f"{cell}: {result and result.error}")
    measure(out.root, SPACES[0], None, ())
    return [
        _run(cell, out, result.seconds, given)
        for cell, result in zip(grid, results, strict=True)
        if result is not None
    ]


def _run(cell: Cell, out: BenchmarkFolder, seconds: float, given: argparse.Namespace) -> Run:
    config, device = cell.config, resolve_device(cell.config.device)
    source, split = load_parts(config)
    with StopRequest() as stop:
        judge = reference_network(source, config, device, (), stop)
    generators = kept_generators(out.generators(cell.place()), config, split, device)
    recognised, learnt = classified(generators, split, config, judge, given.images)
    rarest = torch.full((COLUMNS,), split.smallest_class)
    return Run(
        read_json(scores_file(out.generation(cell.place()), SPACES[0])),
        recognised,
        learnt,
        seconds,
        generate(generators, rarest, 0, device).numpy(),
        split,
    )


def draw(path: Path, found: Mapping[str, Sequence[Run]]) -> None:
    """Draw the rarest class: real images, and those of the first run of each architecture."""
    firsts = [each[0] for each in found.values()]
    split = firsts[0].split
    real = split.train.pixels[split.train.labels == split.smallest_class]
    rows = [np.resize(real, (COLUMNS, *real.shape[1:])), *(first.rarest for first in firsts)]
    write_sheet(path, np.concatenate(rows), COLUMNS)


def show(found: Mapping[str, Sequence[Run]]) -> None:
    """Print the tables."""
    split = next(iter(found.values()))[0].split
    print(line(["class", "architecture", *METRICS]) + "\n" + "|---" * (2 + len(METRICS)) + "|")
    for row, name in enumerate(["all", *split.class_names]):
        rarest = " (the rarest)" if row == split.smallest_class + 1 else ""
        for architecture, each in found.items():
            parts = [
                run.measured["classes"][row - 1] if row else run.measured["overall"] for run in each
            ]
            print(line([name + rarest, architecture, *(_of(parts, key) for key in METRICS)]))
    heads = ["architecture", "recognised", "rarest", "learnt from", "rarest", "seconds to train"]
    print(f"\n{line(heads)}\n{'|---' * len(heads)}|")
    for architecture, each in found.items():
        scores = [run.recognised for run in each], [run.learnt for run in each]
        values = [
            spread([100 * getattr(one, name) for one in kind])
            for kind in scores
            for name in ("acsa", "smallest_recall")
        ]
        print(line([architecture, *values, spread([run.seconds for run in each])]))


def _of(parts: Sequence[Mapping[str, float | None] | None], key: str) -> str:
    """Return a metric's mean and deviation; a dash where there are too few images for it."""
    values = [part[key] for part in parts if part is not None]
    known = [value for value in values if value is not None]
    if not known or len(known) < len(parts):
        return "-"
    return spread(known) if key == "fid" else f"{np.mean(known):.3f}"


def main() -> None:
    """Run the study of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dataset", default="digits")
    parser.add_argument("--data-root")
    parser.add_argument("--image-size", type=int)
    parser.add_argument("--imbalance", default="auto")
    parser.add_argument("--architectures", nargs="+", default=["convolutional", "projected"])
    parser.add_argument("--method", default="aggan", help="a GAN")
    parser.add_argument("--seeds", type=int, default=1, help="counted from 0")
    parser.add_argument("--steps", type=int, default=2000, help="of every network")
    parser.add_argument("--batch-size", type=int, default=50)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--learning-rate", type=float, help="the discriminator's, for all")
    parser.add_argument("--augmentation", help="the recipe's unless given")
    parser.add_argument("--images", type=int, default=500, help="generated of each class")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    more = {} if given.augmentation is None else {"augmentation": given.augmentation}
    base = TrainConfig(
        dataset=given.dataset, data_root=given.data_root, image_size=given.image_size,
        imbalance=given.imbalance, steps=given.steps, batch_size=given.batch_size,
        width=given.width, device=given.device, validation_fraction=0.0,
        learning_rate=given.learning_rate, **more,
    )  # fmt: skip
    print(
        f"`{shlex.join(['python', '-m', 'benchmarks.architectures', *sys.argv[1:]])}`: "
        f"{given.steps} batches of {given.batch_size} real images, width {given.width}, "
        f"seeds 0 to {given.seeds - 1}.\n"
    )
    found = {name: runs(base, name, given) for name in given.architectures}
    show(found)
    draw(given.out / "rarest.png", found)
    print(f"\nThe rarest class: {given.out / 'rarest.png'}.")


if __name__ == "__main__":
    main()
