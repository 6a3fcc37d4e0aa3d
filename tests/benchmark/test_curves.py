"""What a look at a network costs, and what it does not."""

from types import SimpleNamespace

import pytest
import torch

from geneticgan.benchmark import curves


@pytest.fixture
def gpu(monkeypatch):
    """A clock, and a GPU that does what it was told to while it is waited for."""
    found = SimpleNamespace(time=0.0, told=0.0)

    def synchronize(device):
        found.time, found.told = found.time + found.told, 0.0

    monkeypatch.setattr(curves.torch.cuda, "synchronize", synchronize)
    monkeypatch.setattr(curves.time, "perf_counter", lambda: found.time)
    return found


def test_seconds_are_those_of_what_a_gpu_was_told_to_do(gpu, monkeypatch):
    def score_network(*_):
        gpu.told += 3.0
        return SimpleNamespace(acsa=0.5)

    monkeypatch.setattr(curves, "score_network", score_network)
    gpu.told = 7.0
    curve = curves.Curve(SimpleNamespace(validation=[0]), torch.device("cuda"))
    curve.start()
    curve.on_phase("training", 10)
    gpu.told = 5.0
    curve.on_network(10, None)
    assert curve.seconds() == 5.0
    assert curve.looks() == (curves.Look(1.0, 5.0, 0.5),)
