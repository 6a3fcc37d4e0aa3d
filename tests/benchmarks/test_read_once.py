"""The saving of looking real images up is measured, in turns."""

import sys

import pytest


@pytest.fixture
def measuring(load_benchmark):
    return load_benchmark("read_once")


def test_it_prints_a_row_for_every_number_of_offspring(measuring, monkeypatch, capsys):
    monkeypatch.setattr(measuring, "MUTATIONS", ("nonsat",))
    words = ["read_once", "--first", "1", "--generations", "1", "--width", "1"]
    monkeypatch.setattr(sys, "argv", words)
    measuring.main()
    (_, _, row) = capsys.readouterr().out.splitlines()
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[0] == "1"
    assert float(cells[1]) > 0
    assert cells[3].endswith("%")


def test_only_one_of_the_two_looks_images_up(measuring, monkeypatch):
    seen = []
    monkeypatch.setattr(measuring, "build_machine", lambda c, p, m, real: seen.append(real))
    monkeypatch.setattr(measuring, "step_toolbox", lambda machine: None)
    from geneticgan.config import TrainConfig
    from geneticgan.training.setup import load_split

    config = TrainConfig(dataset="digits", width=1, augmentation="none", device="cpu")
    split = load_split(config)
    for once in (False, True):
        measuring.generation(config, split, once=once)
    assert [real.positions is not None for real in seen] == [False, True]
