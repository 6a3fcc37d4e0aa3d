"""Average ranks over the data sets of one or more benchmarks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from geneticgan.benchmark.compare import Comparison, read_benchmark
from geneticgan.benchmark.layout import BenchmarkFolder, folder_name
from geneticgan.evaluation.ranks import rank
from geneticgan.report.figures.critical import draw_ranks
from geneticgan.report.page import Section


def rank_sections(comparisons: Sequence[Comparison]) -> Iterator[Section]:
    """Yield a section of average ranks for each protocol that has several tables."""
    for protocol in dict.fromkeys(each.protocol for each in comparisons):
        tables = [each for each in comparisons if each.protocol == protocol]
        found = rank([{row.method: row.means[0] for row in each.rows} for each in tables])
        if found is None:
            continue
        titles = {row.method: row.title for each in tables for row in each.rows}
        text = [
            f"Average ranks over {found.datasets} tables by the first metric of each, protocol "
            f"{protocol}; methods that were not run on all of them are left out. Methods joined by "
            "a bar do not differ significantly (Nemenyi test at level 0.05, Demsar 2006)."
        ]
        if found.friedman is not None:
            text.append(f"Friedman's test that all are equivalent: p = {found.friedman:.2g}.")
        name = f"ranks-{folder_name(protocol)}"
        yield Section("Ranks over data sets", text, [draw_ranks(found, titles, name, "mean")])


def joint_ranks(paths: Sequence[Path]) -> list[Section]:
    """Return the sections of average ranks over the tables of several benchmarks.

    Parameters
    ----------
    paths : sequence of Path
        Folders of benchmarks.
    """
    found = []
    for path in paths:
        cells = BenchmarkFolder(path).results()
        for protocol in dict.fromkeys(name for cell in cells for name in cell.scores):
            found += read_benchmark(path, protocol)
    return list(rank_sections(found))
