"""The report of a run, made from nothing but its folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from geneticgan.benchmark.keeping import read_sheet
from geneticgan.config import TrainConfig, read_json
from geneticgan.data.imbalance import imbalance_ratio
from geneticgan.errors import GeneticGanError, RunError, typed
from geneticgan.evaluation.chance import best_said
from geneticgan.evaluation.metrics import Scores
from geneticgan.evaluation.spaces import SPACES, scores_file
from geneticgan.gan.mutation import create_mutations
from geneticgan.inference.facts import read_facts
from geneticgan.methods.of_run import core_config, method_of
from geneticgan.options.command import command
from geneticgan.report.decisions import decisions_section
from geneticgan.report.figures.confusion import draw_confusions
from geneticgan.report.figures.dots import draw_class_scores
from geneticgan.report.figures.fonts import figure_names, key_to_numbers
from geneticgan.report.figures.history import history_charts, objective_chart
from geneticgan.report.figures.samples import draw_samples
from geneticgan.report.figures.style import Picture
from geneticgan.report.history import lost_records, read_history
from geneticgan.report.page import Item, Section, Table
from geneticgan.report.parts import (
    generation_section,
    plane_section,
    software_table,
    strongest,
)
from geneticgan.training.results import read_drawn, read_results
from geneticgan.training.run_folder import RunFolder

METRICS = {"acsa": "ACSA", "f1": "macro F1", "g_mean": "G-mean", "smallest_recall": "recall of {}"}
PICTURED_CLASSES = 12
"""Number of classes in the picture of samples; the smallest are shown."""


@dataclasses.dataclass(frozen=True)
class _Run:
    folder: RunFolder
    config: TrainConfig
    results: list[dict[str, Any]]
    class_names: tuple[str, ...]
    counts: tuple[int, ...]
    remarks: tuple[str, ...]

    @property
    def smallest(self) -> int:
        return min(range(len(self.counts)), key=lambda label: (self.counts[label], -label))

    @property
    def largest(self) -> int:
        return max(range(len(self.counts)), key=lambda label: self.counts[label])


def run_sections(path: Path) -> tuple[str, list[Section]]:
    """Return a one-sentence summary of a run, and the sections of its report.

    Raises
    ------
    RunError
        If the path is not a run folder, or its files are damaged.
    """
    folder, config = RunFolder.open(path)
    results = read_results(folder.results)
    drawn = read_drawn(folder.split, len(results[0]["confusion"]) if results else None)
    run = _Run(folder, config, results, drawn.class_names, drawn.train_counts, drawn.remarks)
    lead = _lead(config)
    hint = typed("measure", path)
    files = [scores_file(path / "generation", space) for space in SPACES]
    if core_config(config) is None:  # a classifier, which generates nothing
        parts = [_result(run), *_remarks(run), _classes(run), decisions_section(path), _made(run)]
        return lead, parts
    sections = [
        _result(run),
        *_remarks(run),
        _samples(run),
        *_over_time(run),
        _classes(run),
        decisions_section(path),
        generation_section([f for f in files if f.is_file()], run.counts, hint),
        plane_section(path / "generation-embedding.npz", run.class_names, hint),
        _made(run),
    ]
    return lead, sections


def _lead(config: TrainConfig) -> str:
    """Return a one-sentence summary of a run."""
    own = method_of(config)
    title, core = own.method.title, own.core
    how = f"{config.steps} steps"
    if core is not None:
        how = f"{core.steps} generations with {core.mutations}, schedule {core.schedule}"
    return (
        f"{title} on {config.dataset}, imbalance {config.imbalance}: {how}, recipe "
        f"{config.recipe}, augmentation {config.augmentation}, seed {config.seed}."
    )


def _result(run: _Run) -> Section:
    section = Section("Result")
    counts, ratio = ", ".join(map(str, run.counts)), imbalance_ratio(run.counts)
    section.text.append(
        f"Training images by class: {counts} (ratio {ratio:.3g}). Each method saw "
        f"{run.config.steps * run.config.batch_size} real images."
    )
    if key := key_to_numbers(run.class_names):
        section.text.append(key)
    if not run.results:
        section.text.append(
            f"The run is not finished; continue with: {typed('resume', run.folder.path)}"
        )
        return section
    heads = [text.format(repr(run.class_names[run.smallest])) for text in METRICS.values()]
    columns = [[result[key] for result in run.results] for key in METRICS]
    rows = [
        [result["method"], *(f"{100 * result[key]:.1f}" for key in METRICS)]
        for result in run.results
    ]
    facts = run.folder.path / "model.json"
    seen = read_facts(run.folder.path).too_high if facts.is_file() else ""
    unseen = "" if seen else " that was never seen in training"
    caption = (
        f"In percent, on a test part{unseen}; one seed: differences of a few points may be chance. "
        f"ACSA is the mean of the classes' recalls.{' ' if seen else ''}{seen} "
        + best_said({str(r["method"]): Scores.from_json(r) for r in run.results})
    )
    section.items.append(Table(["method", *heads], rows, strongest(columns), caption))
    chosen = _model(run).get("classifier", {})
    if "why" in chosen:
        section.text.append(f"The run's classifier: {chosen['title']}, {chosen['why']}.")
    return section


def _remarks(run: _Run) -> list[Section]:
    """Return a section of the remarks made about the images at the start, if there were any."""
    return [Section("Your images", list(run.remarks))] if run.remarks else []


def _samples(run: _Run) -> Section:
    section = Section("Samples")
    sheets = {kind: run.folder.samples / f"{kind}.png" for kind in ("real", "generated")}
    if not all(path.is_file() for path in sheets.values()):
        section.text.append(
            "There are no samples yet; they are drawn at the end of the training, or by geneticgan "
            f"evaluate {run.folder.path}."
        )
        return section
    classes = len(run.class_names)
    images = {kind: read_sheet(path, classes) for kind, path in sheets.items()}
    order = sorted(range(classes), key=lambda label: (run.counts[label], -label))
    shown, names = order[:PICTURED_CLASSES], figure_names(run.class_names)
    rows = []
    for label in shown:
        rows += [
            (
                f"{names[label][:16]} ({run.counts[label]})",
                images["real"][label, : run.counts[label]],
            ),
            ("generated", images["generated"][label]),
        ]
    half = 2 * ((len(shown) + 1) // 2)
    panels = [part for part in (rows[:half], rows[half:]) if part]
    section.text.append(
        "Training images above, generated ones below, the smallest class first; in brackets, how "
        "many training images the class has."
    )
    if (film := run.folder.samples / "film.webp").is_file():
        section.text.append(
            f"A film shows how they developed, the smallest class in the first row: {film}"
        )
    alt = "Real training images and, below each row, generated ones of the classes " + ", ".join(
        run.class_names[label] for label in shown
    )
    section.items.append(draw_samples(panels, "samples", "Real and generated images", alt))
    return section


def _over_time(run: _Run) -> list[Section]:
    training, objectives = Section("Training"), Section("Objectives")
    try:
        history = read_history(run.folder.log, run.config.lambda_)
    except RunError as error:
        training.text.append(f"There is nothing to draw: {error}.")
    else:
        charts = {chart.name: chart for chart in history_charts(history)}
        training.text.append(
            f"{len(history)} of {run.config.steps} generations. A parent and its offspring are "
            "evaluated by the same discriminator on the same images and noise."
        )
        if lost := lost_records(run.folder, run.config):
            training.text.append(f"Attention: {lost}.")
        failures = int(history.columns["failures"].sum())
        if failures:
            training.text.append(f"{failures} offspring failed: some values were not finite.")
        chosen = ("losses", "fitness", "temperature", "acceptance", "validation")
        training.items += [charts[name] for name in chosen if name in charts]
        if "validation" not in charts:
            training.text.append("There was no validation part on which to track the class head.")
        if "selection" in charts:
            objectives.items.append(charts["selection"])
        else:
            objectives.text.append("A single objective made all offspring; nothing was selected.")
    try:
        objectives.items.append(objective_chart(create_mutations(run.config.mutations)))
    except GeneticGanError as error:  # a plugin that is not installed here
        objectives.text.append(f"The gradients are not drawn: {error}.")
    return [training, objectives]


def _classes(run: _Run) -> Section:
    section = Section("Classes")
    if not run.results:
        section.text.append("The classes are evaluated when the run is finished.")
        return section
    confusions = {result["method"]: [result["confusion"]] for result in run.results}
    names, smallest, largest = figure_names(run.class_names), run.smallest, run.largest
    section.items.append(_extremes(confusions, names, run.counts, smallest, largest))
    first, last = run.results[0]["method"], run.results[-1]["method"]
    pair = {title: confusions[title][0] for title in (last, first)}
    section.items.append(draw_confusions(pair, run.class_names))
    return section


def _extremes(
    confusions: dict[str, list[Any]],
    names: Sequence[str],
    counts: Sequence[int],
    smallest: int,
    largest: int,
) -> Picture:
    classes = {
        f"smallest: {names[smallest][:16]} ({counts[smallest]})": smallest,
        f"largest: {names[largest][:16]} ({counts[largest]})": largest,
    }
    return draw_class_scores(confusions, classes, "classes")


def _made(run: _Run) -> Section:
    saved = read_json(run.folder.config)
    options = [[key.rstrip("_"), _text(value)] for key, value in saved["options"].items()]
    tables: list[Item] = [Table(["option", "value"], options), software_table(saved)]
    begun = _model(run).get("beginning", {})
    text = f"Command: {command(run.config, begun.get('run', ''))}"
    return Section("How it was made", [text], tables, folded=True)


def _model(run: _Run) -> dict[str, Any]:
    """Return the facts of the run's model; empty for a run of an older version."""
    facts = run.folder.path / "model.json"
    found: dict[str, Any] = read_json(facts) if facts.is_file() else {}
    return found


def _text(value: object) -> str:
    if value is None:
        return "-"
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
