"""A benchmark's folder as one file: what is read of it is what the cells said."""

import shutil
from pathlib import Path

import pytest

from geneticgan.benchmark.compare import read_benchmark, to_csv, to_markdown
from geneticgan.benchmark.layout import BenchmarkFolder
from geneticgan.benchmark.result import CellResult
from geneticgan.evaluation.metrics import Scores

ROOT = Path(__file__).parents[2]
GRIDS = sorted(path.parent for path in (ROOT / "benchmarks" / "results").glob("*/cells.jsonl"))


@pytest.fixture
def summarise(load_benchmark):
    return load_benchmark("summarise").summarise


def test_the_tables_are_the_same(summarise, tmp_path):
    folder = BenchmarkFolder(tmp_path)
    for method, acsa in (("aggan", 0.8), ("cn", 0.7)):
        for seed in range(3):
            value = acsa + 0.01 * seed**2
            scores = {"head": Scores(value, value, value, value, ((3, 1), (0, 2)))}
            folder.write(
                CellResult(
                    method, "digits", "auto", seed, title=method, scores=scores,
                    seconds=2.0, images_seen=10, train_counts=(4, 2), class_names=("a", "b"),
                    config={"width": 2, "steps": 9},
                )
            )  # fmt: skip
    folder.write(CellResult("cn", "digits", "auto", 9, error="killed"))
    before = read_benchmark(tmp_path, "head")
    assert summarise(tmp_path) == 6
    shutil.rmtree(tmp_path / "cells")
    after = read_benchmark(tmp_path, "head")
    assert to_csv(after) == to_csv(before)
    assert len(to_markdown(after).splitlines()) > 4


@pytest.mark.skipif(not GRIDS, reason="an sdist has no results of benchmarks")
@pytest.mark.parametrize("grid", GRIDS, ids=lambda path: path.name)
def test_the_committed_tables_are_what_the_cells_say(grid):
    """Every mean and deviation of a committed table, computed again from the cells."""
    rows = 0
    for table in grid.glob("compare-*.md"):
        protocol = table.stem.removeprefix("compare-").partition("-against-")[0]
        text = table.read_text(encoding="utf-8")
        for comparison in read_benchmark(grid, protocol):
            for row in comparison.rows:
                first = f"{row.means[0]:.1f} ± {row.deviations[0]:.1f}"
                assert any(
                    f"| {row.title} |" in line and first in line for line in text.splitlines()
                ), (table.name, row.title, first)
                rows += 1
    assert rows > 0 or not list(grid.glob("compare-*.md"))
