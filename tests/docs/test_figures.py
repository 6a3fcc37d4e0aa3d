"""Figures that the documentation quotes are those of the committed tables it names.

A comment such as ``<!-- from: benchmarks/results/speed.md -->`` stands before a table, a list or a
paragraph; several paths are divided by blanks.
"""

import re

import pytest

from geneticgan.benchmark.compare import read_benchmark, to_markdown
from geneticgan.benchmark.layout import BenchmarkFolder
from tests.docs.conftest import ROOT

RESULTS = ROOT / "benchmarks" / "results"
pytestmark = pytest.mark.skipif(not RESULTS.is_dir(), reason="an sdist has no results")

SOURCE = re.compile(r"<!-- from: ([^>]+) -->\n")
FIGURE = re.compile(r"(?<![\w.,])\d+\.\d+(?![\w.]*\d)")
MEASURED = [
    "README.md",
    "docs/how-good.md",
    "docs/optimisation.md",
    "docs/scikit-learn.md",
    "docs/speed.md",
    "docs/studies.md",
]
"""Pages whose every table of measurements names where it comes from."""


def quoted(page):
    """Return the blocks that name a source, each with the text of what it names."""
    found = []
    for match in SOURCE.finditer(page.text):
        block = page.text[match.end() :].split("\n\n")[0]
        found.append((block, "".join((ROOT / each).read_text() for each in match[1].split())))
    return found


def missing(block, source):
    return [figure for figure in FIGURE.findall(block) if figure not in FIGURE.findall(source)]


def test_quoted_figures_are_in_the_table_they_come_from(page):
    for block, source in quoted(page):
        assert FIGURE.search(block), f"no figure is quoted by {block[:60]!r}"
        assert not missing(block, source), block


def test_a_figure_that_is_not_in_the_table_is_found():
    assert missing("| AGGAN | 93.1 | 92.7 |", "| AGGAN | 93.0 ± 2.1 | 92.7 |") == ["93.1"]


@pytest.mark.parametrize("name", MEASURED)
def test_tables_of_measurements_name_their_source(name, pages):
    text = pages[name].text
    tables = [block for block in text.split("\n\n") if re.search(r"^\|[ -]*-", block, re.MULTILINE)]
    measured = [block for block in tables if len(FIGURE.findall(block)) > 4]
    assert all(SOURCE.match(block) for block in measured), name
    if name == "README.md":
        assert quoted(pages[name])


def test_committed_comparisons_are_those_of_their_cells():
    written = sorted(RESULTS.glob("*/compare-*.md"))
    assert len(written) > 5
    for path in written:
        protocol, _, against = path.stem.removeprefix("compare-").partition("-against-")
        methods = {each.method for each in BenchmarkFolder(path.parent).results()}
        named = [method for method in methods if method.replace(":", "-") == against]
        comparisons = read_benchmark(path.parent, protocol, *named)
        assert path.read_text() == to_markdown(comparisons), path
