"""The table of a benchmark fits a terminal, and is whole in a file."""

import io
import re
from pathlib import Path

import pytest

from geneticgan.benchmark.compare import read_benchmark
from geneticgan_cli.comparison import print_comparison
from geneticgan_cli.console import Console

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"


def shown(name, **options):
    screen = Console(file=io.StringIO(), **options)
    (comparison, *_) = read_benchmark(RESULTS / name, "head", "oscn")
    print_comparison(screen, comparison)
    return re.sub(r"\x1b\[[\d;]*m", "", screen.file.getvalue()).splitlines()


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_line_is_wider_than_the_terminal_and_no_figure_is_lost(width):
    lines = shown("fashion-mnist-v-600", force_terminal=True, width=width)
    assert max(len(line.rstrip()) for line in lines) <= width
    words = re.compile(r"[^\s─]+")
    whole = "\n".join(shown("fashion-mnist-v-600"))
    assert set(words.findall(whole)) <= set(words.findall("\n".join(lines)))
    heads = [line for line in lines if line.startswith(" method ")]
    assert len(heads) == {60: 4, 80: 3, 200: 1}[width]


def test_a_file_has_one_table_with_one_line_for_each_method():
    lines = shown("fashion-mnist-v-600", width=60)
    assert sum(line.startswith(" method ") for line in lines) == 1
    assert any("Deep ensemble (drawing=balanced)" in line for line in lines)


def test_columns_that_say_nothing_are_left_out():
    text = "\n".join(shown("tiles-folds"))
    assert "±" not in text  # one seed
    assert "Holm p" not in text
    assert "not enough" in text
