"""Makes the tables of a benchmark from its folder."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from geneticgan.benchmark.layout import BenchmarkFolder
from geneticgan.benchmark.result import CellResult
from geneticgan.changes import NONE
from geneticgan.data.imbalance import parse_imbalance
from geneticgan.errors import RunError
from geneticgan.evaluation.paired import MIN_SEEDS, MIN_WILCOXON_SEEDS, Paired
from geneticgan.evaluation.statistics import (
    REFERENCE,
    TABLE_IV_METRICS,
    TABLE_V_METRICS,
    Row,
    compare,
    paper_figures,
)
from geneticgan.protocols.catalogue import protocol_note

NAMES = {
    "acsa": "ACSA",
    "f1": "F1",
    "g_mean": "G-mean",
    "smallest_recall": "smallest class",
    "accuracy": "accuracy",
}
QUOTED = ("acsa", "f1", "g_mean", "accuracy")
"""Metrics for which the paper has figures."""

PAPER = "paper (quoted)"
"""The heading of the column with the paper's figures."""


@dataclass(frozen=True)
class Comparison:
    """A table for one data set, one imbalance and one protocol.

    Attributes
    ----------
    title, dataset, imbalance, protocol : str
        The table's title, and its data set, imbalance and protocol.
    metrics : tuple of str
        The metrics in the columns, as named in the scores.
    rows : list of Row
        The rows, best first.
    failed : int
        Number of the table's cells that ended with an error.
    against : str
        Title of the method that every other is tested against; empty if it was not run.
    """

    title: str
    dataset: str
    imbalance: str
    protocol: str
    metrics: tuple[str, ...]
    rows: list[Row]
    failed: int
    against: str

    @property
    def quotes(self) -> bool:
        """Whether the paper has figures for any row."""
        return any(row.paper is not None for row in self.rows)

    @property
    def heads(self) -> list[str]:
        """The column headings of `cells`."""
        heads = ["rank", "method", "seeds"]
        for metric in self.metrics:
            heads += [NAMES[metric], PAPER] if metric in QUOTED else [NAMES[metric]]
        return [*heads, *self.tested, "time / ACGAN"]

    @property
    def tested(self) -> list[str]:
        """The headings of the paired comparison; empty if the reference was not run."""
        if not self.against:
            return []
        heads = [f"{self.against} ahead by [95 % CI]", "t-test p", "Holm p"]
        return [*heads, *(["Wilcoxon p"] if self.has_wilcoxon else []), f"{self.against} is"]

    @property
    def has_wilcoxon(self) -> bool:
        """Whether any row has enough seeds for Wilcoxon's test."""
        return any(row.paired is not None and row.paired.wilcoxon is not None for row in self.rows)

    def tests(self, row: Row) -> list[str]:
        """Return a row's paired comparison, under the headings of `tested`."""
        if row.paired is None:
            return [""] * len(self.tested)
        test = row.paired
        wilcoxon = [p_text(test.wilcoxon)] if self.has_wilcoxon else []
        return [ahead(test), p_text(test.t_test), p_text(test.holm), *wilcoxon, test.verdict]

    def cells(self) -> Iterator[list[str]]:
        """Yield the rows as text."""
        for row in self.rows:
            cells = [str(row.rank), row.title, str(row.seeds)]
            for i, metric in enumerate(self.metrics):
                cells.append(f"{row.means[i]:.1f} ± {row.deviations[i]:.1f}")
                if metric in QUOTED:
                    cells.append("" if row.paper is None else f"{row.paper[i]:.2f}")
            yield [*cells, *self.tests(row), _text(row.cost, "{:.2f}")]


def comparison_note(comparisons: Sequence[Comparison], *, quoted: bool = True) -> str:
    """Return an explanation of the columns, among them the ``quoted`` ones of the paper."""
    beside = "; next to it the figure quoted from the paper, whose networks and budget differ"
    notes = [f"Mean ± deviation over seeds, in percent{beside if quoted else ''}."]
    if any("smallest_recall" in each.metrics for each in comparisons):
        notes.append("Smallest class: the recall of the one with the fewest training images.")
    if against := next((each.against for each in comparisons if each.against), ""):
        notes.append(
            f"Ahead by, p: paired tests of {against} against the method on the first metric, over "
            "the seeds of both, in percentage points with a 95 % confidence interval (Student's "
            "t). Holm p: corrected for all comparisons of the table; if it is not below 0.05, the "
            f"two are tied. With fewer than {MIN_SEEDS} seeds, or differences that do not vary, "
            "there is not enough data for a verdict. Wilcoxon's signed-rank test is omitted with "
            f"fewer than {MIN_WILCOXON_SEEDS} seeds: with five its p cannot be below 0.0625."
        )
    return " ".join([*notes, "Time: seconds per real image, relative to ACGAN's."])


def read_benchmark(out: Path, protocol: str, against: str = REFERENCE) -> list[Comparison]:
    """Compare all finished cells in a benchmark's folder.

    Parameters
    ----------
    out : Path
        The folder.
    protocol : str
        The protocol, as the benchmark names it.
    against : str
        The method that every other is tested against, as the benchmark names it.

    Raises
    ------
    RunError
        If there is no finished cell with scores of the protocol, or none of the given method.
    """
    note = protocol_note(protocol)
    groups: dict[tuple[str, str], dict[str, dict[int, CellResult]]] = {}
    failed: dict[tuple[str, str], int] = {}
    there: set[str] = set()
    for result in BenchmarkFolder(out).results():
        key = result.dataset, result.imbalance
        if result.failed:
            failed[key] = failed.get(key, 0) + 1
        else:
            groups.setdefault(key, {}).setdefault(result.method, {})[result.seed] = result
            there.update(result.scores)
    comparisons = [
        _compare(*key, results, (protocol, note), failed.get(key, 0), against)
        for key, results in sorted(groups.items())
    ]
    comparisons = [comparison for comparison in comparisons if comparison.rows]
    if not comparisons:
        hint = f"; there are scores of {', '.join(sorted(there))} (--protocol)" if there else ""
        raise RunError(f"{out} holds no finished cell with scores of protocol {protocol!r}{hint}")
    if against != REFERENCE and not any(comparison.against for comparison in comparisons):
        methods = ", ".join(sorted({row.method for each in comparisons for row in each.rows}))
        raise RunError(f"{out} holds no finished cell of method {against!r}; there are {methods}")
    return comparisons


def _compare(
    dataset: str,
    imbalance: str,
    results: Mapping[str, Mapping[int, CellResult]],
    judged: tuple[str, str],
    failed: int,
    against: str,
) -> Comparison:
    two_class = parse_imbalance(imbalance).name == "two-class"
    metrics = TABLE_IV_METRICS if two_class else TABLE_V_METRICS
    any_cell = next(iter(next(iter(results.values())).values()))
    paper = paper_figures("iv" if two_class else "v", dataset.partition(":")[0], _ratio(imbalance))
    protocol, note = judged
    said = f" ({note})" if note else ""
    title = f"{dataset}, imbalance {imbalance}, protocol {protocol}{said}; {budget(any_cell)}"
    rows = compare(results, protocol, metrics, paper, against)
    tested = next((row.title for row in rows if row.method == against), "")
    return Comparison(title, dataset, imbalance, protocol, metrics, rows, failed, tested)


def _ratio(imbalance: str) -> float | None:
    """Return the ratio in a spec such as ``two-class:ratio=100``."""
    ratio = parse_imbalance(imbalance).options.get("ratio", "")
    return float(ratio) if ratio.replace(".", "", 1).isdigit() else None


def budget(cell: CellResult) -> str:
    """Return the networks' width and training images, which all cells of a table share."""
    config = cell.config
    changes = config.get("augmentation", NONE)  # not recorded in older cells
    changed = "" if changes == NONE else f", changed by {changes}"
    return f"width {config['width']}, {cell.images_seen} real images seen{changed}"


def to_csv(comparisons: Sequence[Comparison]) -> str:
    """Return all tables as one CSV text of numbers, with the table's title in the first column."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    heads = ("table", "rank", "method", "seeds", "metric", "mean", "deviation", "paper_quoted")
    tests = ("ahead_by", "ci_low", "ci_high", "t_test_p", "holm_p", "wilcoxon_p", "verdict")
    writer.writerow([*heads, *tests, "time_over_acgan"])
    for comparison in comparisons:
        for row in comparison.rows:
            for i, metric in enumerate(comparison.metrics):
                quoted = "" if row.paper is None or metric not in QUOTED else row.paper[i]
                first = [comparison.title, row.rank, row.title, row.seeds, metric]
                writer.writerow(
                    [
                        *first,
                        row.means[i],
                        row.deviations[i],
                        quoted,
                        *(_numbers(row.paired) if i == 0 else [""] * len(tests)),
                        _text(row.cost, "{}"),
                    ]
                )
    return text.getvalue()


def to_markdown(comparisons: Sequence[Comparison]) -> str:
    """Return the tables as Markdown, with an explanation of the columns."""
    parts = []
    for comparison in comparisons:
        lines = [f"### {comparison.title}", ""]
        lines += [_line(comparison.heads), _line(["---"] * len(comparison.heads))]
        lines += [_line(cells) for cells in comparison.cells()]
        parts.append("\n".join(lines))
    return "\n\n".join([*parts, comparison_note(comparisons)]) + "\n"


def to_latex(comparisons: Sequence[Comparison]) -> str:
    """Return the tables as LaTeX (package booktabs)."""
    parts = []
    for comparison in comparisons:
        columns = "rl" + "r" * (len(comparison.heads) - 2)
        lines = [
            r"\begin{table}",
            rf"\caption{{{_escaped(comparison.title)}}}",
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            " & ".join(map(_escaped, comparison.heads)) + r" \\",
            r"\midrule",
            *(" & ".join(map(_escaped, cells)) + r" \\" for cells in comparison.cells()),
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _numbers(test: Paired | None) -> list[str]:
    if test is None:
        return [""] * 7
    low, high = test.interval or (None, None)
    numbers = (test.difference, low, high, test.t_test, test.holm, test.wilcoxon)
    return [*(_text(number, "{}") for number in numbers), test.verdict]


def ahead(test: Paired) -> str:
    """Return a difference with its interval, for a table; empty without a common seed."""
    if test.difference is None:
        return ""
    interval = "" if test.interval is None else " [{:+.1f}, {:+.1f}]".format(*test.interval)
    return f"{test.difference:+.1f}{interval}"


def p_text(value: float | None) -> str:
    """Return a p value for a table; empty if there is none."""
    if value is None:
        return ""
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _text(value: float | None, form: str) -> str:
    return "" if value is None else form.format(value)


def _escaped(text: str) -> str:
    for sign in "&%$#_{}":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("±", r"$\pm$")
