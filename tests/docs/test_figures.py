"""Every measured figure in the documentation names the committed table it comes from.

One of three comments stands before a table, a list or a paragraph:

- ``<!-- from: benchmarks/results/speed.md -->``: the figures are in this file, or in several
  that are divided by blanks;
- ``<!-- computed by: tests/theory/test_convergence.py -->``: this test computes them anew, and
  compares them with the page;
- ``<!-- not measured -->``: they are settings, sizes or rules. In running text a setting in
  backticks needs no comment.
"""

import re
from pathlib import Path

import pytest

from geneticgan.benchmark.compare import read_benchmark, to_markdown
from geneticgan.benchmark.layout import BenchmarkFolder
from tests.docs.conftest import ROOT

RESULTS = ROOT / "benchmarks" / "results"
pytestmark = pytest.mark.skipif(not RESULTS.is_dir(), reason="an sdist has no results")

SOURCE = re.compile(r" *<!-- from: ([^>]+) -->\n")
COMPUTED = re.compile(r"<!-- computed by: (\S+) -->\n")
NAMED = re.compile(r" *<!-- (from: [^>]+|computed by: \S+|not measured) -->\n")
FIGURE = re.compile(r"(?<![\w.,])\d+\.\d+(?![\w.]*\d)")
UNITS = "%|percent|ms|[mµ]?s|[KMG]i?B|(?:micro|milli)?seconds?|minutes?|hours?|points?|times"
MEASURED = re.compile(
    rf"(?<![\w.,])\d+\.\d+(?![\w.]*\d)|(?<![\w.])\d(?:[\d,]*\d)?(?= ?(?:{UNITS})(?!\w))|p [<=] ?\d"
)
"""A decimal fraction, or a number with a unit of what is measured."""
NEVER = re.compile(
    r"^( *)```.*?^\1```$|`[^`]*`|\]\([^)]*\)|95 ?%(?=\s(?:confidence )?(?:interval|CI))"
    r"|(?:Python|with|and|,) 3\.1\d\b|torch 2\.\d+\b",
    re.MULTILINE | re.DOTALL,
)
"""Code, links, the level of confidence, and versions."""
IN_TABLES_ALONE = ("docs/how-good.md", "docs/measurements/", "benchmarks/results/README.md")
"""Pages about results, whose text sums up the tables around it."""


def quoted(page):
    """Return the blocks that name a source, each with the text of what it names."""
    found = []
    for match in SOURCE.finditer(page.text):
        block = page.text[match.end() :].split("\n\n")[0]
        found.append((block, "".join((ROOT / each).read_text() for each in match[1].split())))
    return found


def measured(text):
    """Return the figures of a text that can be told to be measured."""
    found = MEASURED.findall(NEVER.sub("", text))
    return [figure.rstrip(",") for figure in found if re.match(r"\d", figure)]


def missing(block, source):
    known = re.findall(r"\d[\d,]*(?:\.\d+)?(?![\d.]*\d)", source)
    figures = [*FIGURE.findall(block), *measured(block)]
    return sorted({each for each in figures if each not in known})


def test_quoted_figures_are_in_the_table_they_come_from(page):
    for block, source in quoted(page):
        assert FIGURE.search(block) or measured(block), f"no figure is quoted by {block[:60]!r}"
        assert not missing(block, source), block


def test_a_figure_that_is_not_in_the_table_is_found():
    assert missing("| AGGAN | 93.1 | 92.7 |", "| AGGAN | 93.0 ± 2.1 | 92.7 |") == ["93.1"]
    assert missing("It takes 34 ms.", "33 ms, 134, 34.5") == ["34"]


def test_computed_figures_are_compared_by_the_test_that_is_named(page):
    for named in COMPUTED.findall(page.text):
        assert Path(page.name).name in (ROOT / named).read_text(), named


def unsourced(text):
    """Return the measured figures of the blocks that name no source."""
    blocks = re.split(r"\n\n+", NEVER.sub("", text))
    return [
        (figure, block)
        for block in blocks
        for figure in MEASURED.findall("" if NAMED.match(block) else block)
    ]


def test_measured_figures_name_their_source(page):
    found = unsourced(page.text)
    if page.name.startswith(IN_TABLES_ALONE):
        found = [each for each in found if re.match(r"\|", each[1])]
    assert found == []


@pytest.mark.parametrize(
    "text",
    ["It takes 33 ms.", "Recall is 93.1 there.", "| a |\n|---|\n| 0.4 |", "better (p < 0.05)"],
)
def test_a_measured_figure_without_a_source_is_found(text):
    assert unsourced(f"One.\n\n{text}\n")
    assert not unsourced(f"One.\n\n<!-- from: benchmarks/results/speed.md -->\n{text}\n")


def test_settings_and_versions_need_none():
    assert not unsourced(
        "Python 3.11, `alpha=0.99`, a 95 % interval, [it](a.md#1.5)\n```\n1.5\n```"
    )


def test_committed_comparisons_are_those_of_their_cells():
    written = sorted(RESULTS.glob("*/compare-*.md"))
    assert len(written) > 5
    for path in written:
        protocol, _, against = path.stem.removeprefix("compare-").partition("-against-")
        methods = {each.method for each in BenchmarkFolder(path.parent).results()}
        named = [method for method in methods if method.replace(":", "-") == against]
        comparisons = read_benchmark(path.parent, protocol, *named)
        assert path.read_text() == to_markdown(comparisons), path
