"""The table of a benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import JustifyMethod
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from geneticgan.benchmark.compare import NAMES, QUOTED, Comparison
from geneticgan.evaluation.statistics import Row
from geneticgan_cli.console import Console

WIDE = 200
"""Columns of a table that is written to a file or to another program."""

NAME_COLUMNS = 24
"""Columns of a method's name on a terminal; a longer one continues on the next line."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    head : str
        The heading.
    cells : tuple of str
        A text for each row.
    justify : str
        Where texts stand.
    """

    head: str
    cells: tuple[str, ...]
    justify: JustifyMethod = "right"


def print_comparison(console: Console, comparison: Comparison) -> None:
    """Print a benchmark's table, best first, or several below each other where it is too wide."""
    console.say(comparison.title, style="bold")
    costs = ("" if row.cost is None else f"{row.cost:.2f}" for row in comparison.rows)
    time = Column("time", tuple(costs))
    methods = Column("method", tuple(row.title for row in comparison.rows), "left")
    # Figures must not be cut off: what is still wider than the terminal wraps.
    wide = Console(file=console.file, width=WIDE, force_terminal=console.is_terminal)
    width, longest = (console.width, NAME_COLUMNS) if console.is_terminal else (WIDE, None)
    left = [*_scores(comparison), time, *_tests(comparison)]
    while left:
        count = len(left)
        table = _table([methods, *left], longest)
        while count > 1 and Measurement.get(wide, wide.options, table).maximum > width:
            count -= 1
            table = _table([methods, *left[:count]], longest)
        wide.print(table)
        left = left[count:]
    seeds = sorted({row.seeds for row in comparison.rows})
    failed = f"; {comparison.failed} cells failed" if comparison.failed else ""
    console.print(f"Seeds: {', '.join(map(str, seeds))}{failed}.", highlight=False)


def _scores(comparison: Comparison) -> list[Column]:
    return [
        Column(NAMES[metric], tuple(_figure(comparison, row, i) for row in comparison.rows))
        for i, metric in enumerate(comparison.metrics)
    ]


def _figure(comparison: Comparison, row: Row, i: int) -> str:
    """Return a metric's mean and, of several seeds, deviation, and the paper's figure."""
    deviation = f"±{row.deviations[i]:.1f}" if row.seeds > 1 else ""
    figure = f"{row.means[i]:.1f}{deviation}"
    if comparison.metrics[i] not in QUOTED or not comparison.quotes:
        return figure
    return figure + (" " * 7 if row.paper is None else f" ({row.paper[i]:.1f})")


def _tests(comparison: Comparison) -> list[Column]:
    """Return the columns of the paired comparison that say anything."""
    rows = [comparison.tests(row) for row in comparison.rows]
    heads = (head.replace("t-test p", "t p") for head in comparison.tested)
    columns = [Column(head, tuple(cells)) for head, *cells in zip(heads, *rows, strict=True)]
    return [column for column in columns if any(column.cells)]


def _table(columns: Sequence[Column], longest: int | None) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    first, *others = columns
    table.add_column(Text(first.head), justify=first.justify, max_width=longest, overflow="fold")
    for column in others:
        table.add_column(Text(column.head), justify=column.justify, no_wrap=True)
    for cells in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*map(Text, cells))
    return table
