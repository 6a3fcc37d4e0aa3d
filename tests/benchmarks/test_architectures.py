"""Architectures are trained alike, measured, judged and drawn."""

import sys

import pytest
from PIL import Image

from geneticgan.jobs import features


@pytest.fixture
def architectures(monkeypatch, load_benchmark):
    monkeypatch.setattr(features, "STEPS", 3)
    return load_benchmark("architectures")


def test_two_are_compared_by_class_and_the_rarest_is_drawn(
    architectures, monkeypatch, capsys, tmp_path
):
    names = ["convolutional", "projected:size=32"]
    size = (
        "--imbalance",
        "two-class:positive=1,negative=0",
        "--steps",
        "2",
        "--width",
        "1",
        "--batch-size",
        "4",
    )
    place = ("--images", "3", "--device", "cpu", "--out", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["architectures", "--architectures", *names, *size, *place])
    architectures.main()
    rows = [
        [cell.strip() for cell in text.strip("|").split("|")]
        for text in capsys.readouterr().out.splitlines()
        if text.startswith("| ")
    ]
    by_class = [row for row in rows if len(row) == 9][1:]
    assert [row[1] for row in by_class] == names * 3
    assert sum("(the rarest)" in row[0] for row in by_class) == 2
    assert all(row[3] != "-" for row in by_class[:2])  # all classes together
    judged = [row for row in rows if len(row) == 6][1:]
    assert [row[0] for row in judged] == names
    assert all(0 <= float(cell) <= 100 for row in judged for cell in row[1:5])
    with Image.open(tmp_path / "rarest.png") as picture:
        assert picture.size == (12 * 8, 3 * 8)
