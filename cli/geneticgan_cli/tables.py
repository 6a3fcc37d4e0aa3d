"""The table that ends a run, and what to do next."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from geneticgan.data.imbalance import imbalance_ratio
from geneticgan.data.splits import Split
from geneticgan.jobs.judging import Report, Row


def print_split(console: Console, split: Split, dataset: str) -> None:
    """Say which images a run has: the imbalance, the validation part, the test part."""
    counts = split.subset_counts
    test = sorted(set(split.test.counts(split.classes)))
    each = f"{test[0]} a class" if len(test) == 1 else f"{test[0]} to {test[-1]} a class"
    lines = [
        f"Data: {dataset}, {split.classes} classes; images by class "
        f"{', '.join(map(str, counts))} (imbalance ratio {imbalance_ratio(counts):g}).",
        f"Of these {len(split.validation)} are held out for validation; the test part, {each}, "
        "is never seen in training.",
    ]
    for line in lines:
        console.print(Text(line), soft_wrap=True)


def print_report(console: Console, report: Report) -> None:
    """Print scores by method, the picture's path and the next command."""
    split, config = report.split, report.config
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
    leader = max(report.rows, key=lambda row: row.scores.acsa)
    run = report.folder.path
    for line in (
        f"ACSA is the mean of the classes' recalls; {smallest!r} is the smallest class "
        f"({split.train_counts[split.smallest_class]} training images). Every method saw "
        f"{config.steps * config.batch_size} real images. One seed: differences of a few points "
        "may be chance.",
        f"Best ACSA: {leader.title}.",
        f"Generated samples by class: {report.picture}",
        f"Next: geneticgan augment {run} --out {run}-balanced",
    ):
        console.print(Text(line), soft_wrap=True)


def _figures(row: Row) -> tuple[float, ...]:
    scores = row.scores
    return (scores.acsa, scores.f1, scores.g_mean, scores.smallest_recall)
