"""Over-samplers of features are compared fold by fold."""

import sys

import numpy as np
import pytest

from geneticgan.data.dataset import Images


@pytest.fixture
def comparing(load_benchmark):
    return load_benchmark("features")


@pytest.mark.parametrize("chosen", [(), ("--l2", "0.01")])
def test_every_way_has_a_row_of_all_folds(comparing, monkeypatch, capsys, chosen):
    labels = np.repeat(np.arange(3), [40, 20, 10]).astype(np.int64)
    points = np.random.default_rng(0).normal(size=(70, 6)) + 2 * np.eye(6)[labels]
    images = Images(np.zeros((70, 1, 8, 8), np.uint8), labels)
    read = points.astype(np.float32), images, ("many", "some", "few")
    monkeypatch.setattr(comparing, "read", lambda root, backbone: read)
    words = ["features", "--data-root", "unread", "--folds", "2", *chosen]
    monkeypatch.setattr(sys, "argv", words)
    comparing.main()
    title, _, _, _, *rows = capsys.readouterr().out.splitlines()
    assert title == "70 images; the rarest class is few (10)."
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert [row[0] for row in cells] == list(comparing.WAYS)
    for _, *folds, mean, rarest, _ in cells:
        assert abs(np.mean([float(fold) for fold in folds]) - float(mean)) < 0.1
        assert 0 <= float(rarest) <= 100
        assert float(mean) > 50
