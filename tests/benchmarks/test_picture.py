"""The README's picture is drawn of a run and of a benchmark."""

import io
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from geneticgan_cli.main import cli

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "fashion-mnist-v-600"


@pytest.fixture
def drawing(load_benchmark):
    return load_benchmark("picture")


@pytest.mark.skipif(not RESULTS.is_dir(), reason="an sdist has no results")
def test_it_shows_the_commonest_class_and_the_rarest(drawing, tmp_path, monkeypatch):
    run, out = tmp_path / "run", tmp_path / "picture.png"
    words = ["train", "--steps", "2", "--width", "1", "--batch-size", "4", "--out", str(run)]
    assert CliRunner().invoke(cli, words).exit_code == 0
    rows = drawing.rows_of(run, 2)
    assert [text.split("\n")[0] for text, _, _ in rows] == ["0", "8", "9"]
    counts = [int(text.split("\n")[1].split()[0]) for text, _, _ in rows]
    assert counts[0] > counts[1] > counts[2]
    assert [len(real) for _, real, _ in rows] == [min(6, count) for count in counts]
    assert all(generated.shape == (6, 8, 8, 1) for _, _, generated in rows)
    words = ["picture", str(run), str(RESULTS), "--rarest", "2", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", words)
    drawing.main()
    width, height = Image.open(io.BytesIO(out.read_bytes())).size
    assert width > 2 * height
