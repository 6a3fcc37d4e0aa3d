"""Variants of the method, one thing changed at a time, as cells of a benchmark."""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import torch

from geneticgan.benchmark.cell import Cell
from geneticgan.benchmark.grid import Progress, fill, values
from geneticgan.benchmark.keeping import kept_generators
from geneticgan.benchmark.launchers import make_launcher
from geneticgan.benchmark.layout import read_result
from geneticgan.benchmark.result import CellResult
from geneticgan.config import TrainConfig, read_json
from geneticgan.evaluation.generation import generate
from geneticgan.evaluation.generation_metrics import score_generated
from geneticgan.evaluation.paired import paired
from geneticgan.jobs.features import reference_classifier
from geneticgan.protocols.development import development_part
from geneticgan.training.interrupt import StopRequest
from geneticgan.training.run_folder import write_json
from geneticgan.training.setup import load_parts

Values = Mapping[str, float | str]

DEVELOPMENT = "development"
"""The protocol of studies."""

CPU = torch.device("cpu")

GUIDED: Values = {"class_guidance": "real"}
CONFIDENT: Values = {"generated_class_weighting": "confidence"}

VARIANTS: Mapping[str, tuple[str, Values]] = {
    "oscn": ("oscn", {"classifier_learning_rate": 2e-4}),
    "cb-loss": ("cb-loss", {"classifier_learning_rate": 5e-4}),
    "dos": ("dos", {"weight": 0.1}),
    "oscn-faster": ("oscn", {"classifier_learning_rate": 5e-4}),
    "paper": ("aggan", {}),
    "random": ("aggan", {"selection": "random"}),
    "random-rejection": ("aggan", {"selection": "random:accept=0.5,below=0.02"}),
    "random-rejection-only-nonsat": (
        "aggan",
        {"mutations": "nonsat", "selection": "random:accept=0.2,below=0.02"},
    ),
    "always": ("egan", {}),
    "elitist": ("aggan", {"selection": "elitist"}),
    "only-nonsat": ("acgan", {}),
    "only-minimax": ("aggan", {"mutations": "minimax", "selection": "always"}),
    "only-lsgan": ("aggan", {"mutations": "lsgan", "selection": "always"}),
    "T-1": ("aggan", {"T": 1.0}),
    "parents-3": ("aggan", {"population": 3}),
    "steps-3": ("aggan", {"offspring_steps": 3, "critic_steps": 3, "alpha": 0.99**3}),
    "fitness-batches-4": ("aggan", {"fitness_batches": 4}),
    "lambda-0": ("aggan", {"lambda_": 0.0}),
    "lambda-10": ("aggan", {"lambda_": 10.0}),
    "fitness-class-balanced": ("aggan", {"fitness": "class-balanced"}),
    "fitness-validation": ("aggan", {"fitness": "validation"}),
    "weight-0": ("aggan", {"generated_class_weight": 0.0}),
    "weight-0.2": ("aggan", {"generated_class_weight": 0.2}),
    "weight-0-random": ("aggan", {"generated_class_weight": 0.0, "selection": "random"}),
    "weight-0-only-nonsat": ("acgan", {"generated_class_weight": 0.0}),
    "weight-0-always": ("egan", {"generated_class_weight": 0.0}),
    "guided": ("aggan", GUIDED),
    "confident": ("aggan", CONFIDENT),
    "guided-confident": ("aggan", {**GUIDED, **CONFIDENT}),
    "guided-confident-always": ("egan", {**GUIDED, **CONFIDENT}),
    "guided-only-nonsat": ("acgan", GUIDED),
    "confident-only-nonsat": ("acgan", CONFIDENT),
    "guided-confident-only-nonsat": ("acgan", {**GUIDED, **CONFIDENT}),
}
"""By name: the method, and what differs from its defaults."""

REFERENCES = ("oscn", "paper")
"""What the others are compared with."""


def study(base: TrainConfig, seeds: Sequence[int], options: argparse.Namespace) -> None:
    """Fill the grid and print its table."""
    names = options.variants or list(VARIANTS)
    grid = {name: [cell(name, base, seed) for seed in seeds] for name in names}
    order = [grid[name][number] for number in range(len(seeds)) for name in names]
    fill(order, options.out, make_launcher("local", options.workers), tell)
    results: dict[str, list[CellResult]] = {}
    for name, cells in grid.items():
        found = [read_result(each.path(options.out)) for each in cells]
        for each, result in zip(cells, found, strict=True):
            if result.failed:
                sys.exit(f"{each}: {result.error}")
        results[name] = found
        for each in cells:
            distance(each, options.out)
    show(results, {name: [distance(each, options.out) for each in grid[name]] for name in grid})


def cell(name: str, base: TrainConfig, seed: int) -> Cell:
    """Return a variant's cell."""
    method, differs = VARIANTS[name]
    config = dataclasses.replace(base, seed=seed)
    if several := differs.get("critic_steps"):  # each has a real batch of its own
        differs = {**differs, "steps": max(1, base.steps // int(several))}
    return Cell(method, config, values(differs), (DEVELOPMENT,), name=name)


def tell(progress: Progress) -> None:
    """Say on stderr how far it is."""
    what = progress.cell or "done before"
    print(f"{progress.done} of {progress.total} cells, {what}", file=sys.stderr)


def distance(cell: Cell, out: Path) -> float | None:
    """Return the FID of a cell's generators to the development part, once computed kept.

    In the features of the reference classifier.
    """
    file = out / "distances" / cell.place().with_suffix(".json")
    weights = out / "generators" / cell.place()
    if not weights.is_dir():
        return None
    if not file.is_file():
        config = cell.config
        source, split = load_parts(config)
        real = development_part(source, split)
        with StopRequest() as stop:
            extractor = reference_classifier(source, config, CPU, (), stop)
        generators = kept_generators(weights, config, split, CPU)
        made = generate(generators, torch.from_numpy(real.labels), config.seed, CPU).numpy()
        extract = extractor.extract
        features = extract(made), extract(real.pixels), extract(split.train.pixels)
        scores = score_generated(*features, config.seed)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_json(file, scores.to_json() if scores else {"fid": None})
    found: float | None = read_json(file)["fid"]
    return found


def show(
    results: Mapping[str, list[CellResult]], distances: Mapping[str, list[float | None]]
) -> None:
    """Print the table."""
    acsa = {name: _of(found, "acsa") for name, found in results.items()}
    smallest = {name: _of(found, "smallest_recall") for name, found in results.items()}
    references = [name for name in REFERENCES if name in results]
    heads = ["variant", "ACSA", "smallest class", "FID", *(f"- {name}" for name in references)]
    print(f"{line([*heads, 'seconds'])}\n|{'---|' * (len(heads) + 1)}")
    for name, found in results.items():
        fids = [fid for fid in distances[name] if fid is not None]
        differences = ["" if name == r else against(acsa[name], acsa[r]) for r in references]
        seconds = statistics.mean(result.seconds for result in found)
        shown = spread(acsa[name]), spread(smallest[name]), spread(fids) if fids else ""
        print(line([name, *shown, *differences, f"{seconds:.0f}"]))


def _of(results: Iterable[CellResult], score: str) -> list[float]:
    return [100 * getattr(result.scores[DEVELOPMENT], score) for result in results]


def against(ones: Sequence[float], others: Sequence[float]) -> str:
    """Return the mean difference, with the p of a paired t-test where there is enough for one."""
    test = paired(ones, others)
    shown = f"{test.difference or 0.0:+.1f}"
    return shown if test.t_test is None else f"{shown} (p = {test.t_test:.2g})"


def spread(numbers: Sequence[float]) -> str:
    """Return mean and standard deviation."""
    deviation = f" ± {statistics.stdev(numbers):.1f}" if len(numbers) > 1 else ""
    return f"{statistics.mean(numbers):.1f}{deviation}"


def line(cells: Iterable[object]) -> str:
    """Return a line of a Markdown table."""
    return f"| {' | '.join(map(str, cells))} |"
