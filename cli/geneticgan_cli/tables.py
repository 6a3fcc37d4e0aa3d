"""The tables that commands print, and what to do next."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from geneticgan.data.imbalance import imbalance_ratio
from geneticgan.data.splits import Split
from geneticgan.evaluation.chance import best_said
from geneticgan.inference.facts import read_facts
from geneticgan.jobs.datasets import Survey
from geneticgan.jobs.outcome import Report, Row
from geneticgan.report.generation_table import GENERATION_HEADS, generation_cells, generation_notes
from geneticgan_cli.console import Console

if TYPE_CHECKING:  # they load scikit-learn
    from geneticgan.jobs.checking import Finding
    from geneticgan.jobs.thresholds import Granted


def print_split(console: Console, split: Split, dataset: str) -> None:
    """Describe the images of a run: the imbalance, the validation part and the test part."""
    counts = split.subset_counts
    test = sorted(set(split.test.counts(split.classes)))
    each = f"{test[0]} per class" if len(test) == 1 else f"{test[0]} to {test[-1]} per class"
    lines = [
        f"Data: {dataset}, {split.classes} classes; images by class "
        f"{', '.join(map(str, counts))} (imbalance ratio {imbalance_ratio(counts):.3g}).",
        f"Of these, {len(split.validation)} are held out for validation; the test part, {each}, "
        "is never seen in training.",
    ]
    if split.train.groups is not None:
        parts = (split.train, split.validation, split.test)
        shown = (", ".join(map(str, part.group_counts(split.classes))) for part in parts)
        said = "Groups by class: {} to train, {} to validate, {} to test; no group is in two parts."
        lines.append(said.format(*shown))
    for line in lines:
        console.say(line)


def print_findings(console: Console, found: Sequence[Finding]) -> None:
    """Print what a look at the images found, with a line or, on a terminal, a row for each."""
    if not console.is_terminal:
        for each in found:
            console.whole(f"{each.state:8}{each.what:10}{each.text}")
        return
    table = Table.grid(padding=(0, 1, 0, 0))
    for each in found:
        table.add_row(Text(each.state), Text(each.what), Text(each.text))
    console.print(table)


def print_survey(console: Console, found: Survey) -> None:
    """Count a data set's images by class, before and after imbalance."""
    channels, height, width = found.source.train.pixels.shape[1:]
    split, classes = found.split, found.split.classes
    kind = "grey" if channels == 1 else "in colour"
    table = Table(title=f"Images of {height} x {width} pixels, {kind}")
    table.add_column("class")
    for column in ("there are", "taken", "to train", "to validate", "to test"):
        table.add_column(column, justify="right")
    pool = found.source.pool
    columns = [
        pool.counts(classes),
        split.subset_counts,
        split.train_counts,
        split.validation.counts(classes),
        split.test.counts(classes),
    ]
    totals = [str(sum(column)) for column in columns]
    if pool.groups is not None:
        table.add_column("groups", justify="right")
        columns.append(pool.group_counts(classes))
        totals.append(str(len(set(pool.groups.tolist()))))
    for name, *counts in zip(split.class_names, *columns, strict=True):
        table.add_row(Text(name), *map(str, counts))
    table.add_section()
    table.add_row("all", *totals)
    console.print(table)
    if pool.groups is not None:
        console.print("Images of a group are never divided by a split.", highlight=False)
    ratio = imbalance_ratio(split.subset_counts)
    console.print(f"Imbalance ratio {ratio:.3g}; read in {found.seconds:.1f} s.", highlight=False)


def print_report(console: Console, report: Report) -> None:
    """Print scores by method, the picture's path and the next command."""
    split = report.split
    smallest = split.class_names[split.smallest_class]
    table = Table(title="On the test part, in percent (higher is better)")
    table.add_column("method")
    for column in ("ACSA", "macro F1", "G-mean", Text(f"recall of {smallest!r}")):
        table.add_column(column, justify="right")
    best = [max(column) for column in zip(*map(_figures, report.rows), strict=True)]
    for row in report.rows:
        cells = [
            Text(f"{100 * value:.1f}", style="bold" if value == top else "")
            for value, top in zip(_figures(row), best, strict=True)
        ]
        table.add_row(Text(row.title), *cells)
    console.print(table)
    run = report.folder.path
    lines = [
        f"ACSA is the mean of the classes' recalls; {smallest!r} is the smallest class "
        f"({split.train_counts[split.smallest_class]} training images, "
        f"{split.test.counts(split.classes)[split.smallest_class]} of the {len(split.test.labels)} "
        "of the test part). One seed: differences of a few points may be chance.",
        read_facts(run).too_high,
        *_compared(report),
        _calibrated(report),
    ]
    for line in filter(None, lines):
        console.say(line)
    ways = [
        f"Generated samples by class: {report.picture}" if report.picture else "",
        f"Film of the training: {report.film}" if report.film else "",
        f"Every figure: geneticgan report {shlex.quote(str(run))}",
        f"Next: geneticgan predict {shlex.quote(str(run))} IMAGES --out predictions.csv",
    ]
    for way in filter(None, ways):
        console.whole(way)


def _compared(report: Report) -> list[str]:
    """Return the lines about a table of several methods."""
    if report.picture is None:  # one network alone
        return []
    config = report.config
    return [
        f"Every method saw {config.steps * config.batch_size} real images. Recipe: "
        f"{config.recipe}. Augmentation, in every row: {config.augmentation}.",
        f"The run's classifier: {report.classifier}, {report.why}.",
        best_said({row.title: row.scores for row in report.rows}),
    ]


def print_thresholds(console: Console, run: Path, granted: Sequence[Granted]) -> None:
    """Print which thresholds were set, and their recall and precision."""
    for each in granted:
        found = each.found
        line = (
            f"Threshold of {each.class_name!r}: a probability of {found.threshold:.3f}. On "
            f"{found.told}, recall is {100 * found.recall:.1f}% and precision "
            f"{100 * found.precision:.1f}%."
        )
        console.say(line)
    way = f"geneticgan predict {shlex.quote(str(run))} IMAGES --thresholds --out FILE"
    console.whole(f"Kept in the run; use with: {way}")


def _calibrated(report: Report) -> str:
    """Say how the classifier's probabilities are calibrated."""
    facts = read_facts(report.folder.path)
    if not facts.calibrated:
        return "Its probabilities are not calibrated, since no images were held out."
    return f"Its probabilities are calibrated {facts.calibration.told()}."


def _figures(row: Row) -> tuple[float, ...]:
    scores = row.scores
    return (scores.acsa, scores.f1, scores.g_mean, scores.smallest_recall)


def print_generation(console: Console, title: str, scores: Mapping[str, Any]) -> None:
    """Print how good generated images are, by class."""
    console.say(title, style="bold")
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("class", no_wrap=True)
    for head in GENERATION_HEADS:
        table.add_column(head, justify="right", no_wrap=True)
    table.add_row("all", *generation_cells(scores["overall"]))
    for name, own in zip(scores["class_names"], scores["classes"], strict=True):
        table.add_row(Text(name), *generation_cells(own))
    console.print(table)
    for line in (*generation_notes(scores), f"Features: {scores['features']}."):
        console.say(line)
