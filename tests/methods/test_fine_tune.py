"""Fine-tuning as a method."""

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from geneticgan.evaluation.metrics import score
from geneticgan.evaluation.prediction import predict
from geneticgan.methods.fine_tune import FineTune, last_layers
from geneticgan.methods.probe import Probe
from geneticgan.networks.backbones.contract import Backbone, Pretrained


def layers():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.Conv2d(6, 8, 3), nn.BatchNorm2d(8),
        nn.ReLU(), nn.AdaptiveAvgPool2d(1),
    ).eval()  # fmt: skip


class Small(Backbone):
    def load(self):
        return Pretrained(layers(), 16, "layers of a test")


@pytest.fixture
def small(monkeypatch, tmp_path):
    monkeypatch.setenv("GENETICGAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("geneticgan.methods.probe.create_backbone", lambda text: Small())


@pytest.mark.usefixtures("small")
def test_the_last_layers_learn_and_the_first_and_all_statistics_stay(task):
    before = layers().state_dict()
    network = FineTune(depth=0.5, share=0.2, rate=1e-2).fit(task).network
    for name, value in network.features.network.state_dict().items():
        learnt = name in {"3.weight", "3.bias", "4.weight", "4.bias"}
        assert torch.equal(value, before[name]) != learnt, name
    assert not network.training


@pytest.mark.usefixtures("small")
def test_it_begins_with_the_probes_head(task):
    # With a rate of almost nothing that is where it stays.
    tuned = FineTune(share=0.01, rate=1e-9).fit(task).network
    probe = Probe().fit(task).network
    images = torch.rand(5, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(tuned(images)[1], probe(images)[1], atol=1e-3, rtol=1e-3)


@pytest.mark.usefixtures("small")
def test_what_remains_lies_between_before_and_after(task):
    before, after, halfway = (
        FineTune(share=0.1, rate=rate, mean=mean).fit(task).network.state_dict()
        for rate, mean in ((1e-12, 1.0), (1e-2, 1.0), (1e-2, 0.5))
    )
    for name, value in ((n, v) for n, v in halfway.items() if v.is_floating_point()):
        torch.testing.assert_close(value, (before[name] + after[name]) / 2, rtol=1e-4, atol=1e-5)
    assert not torch.equal(before["classifier.weight"], after["classifier.weight"])


@pytest.mark.usefixtures("small")
def test_it_learns_and_is_a_function_of_the_seed(task):
    train = task.split.train
    method = FineTune(depth=1.0, share=1.0, rate=1e-3, mean=1.0)
    runs = [method.fit(task).network for _ in range(2)]
    found, begun = (
        score(train.labels, predict(network, train, task.device), 3, 2).acsa
        for network in (runs[0], Probe().fit(task).network)
    )
    assert found > begun > 0.5  # a third by chance
    one, again = (run.state_dict() for run in runs)
    assert all(torch.equal(one[name], again[name]) for name in one)


def test_layers_are_counted_from_the_last_and_parted():
    found = last_layers(layers(), 1.0)
    assert [type(part[0]).__name__ for part in found] == ["BatchNorm2d", "Conv2d"] * 2
    assert [len(part) for part in last_layers(layers(), 0.5)] == [1, 1]
    assert np.sum([len(part) for part in last_layers(layers(), 0.01)]) == 1


@pytest.mark.usefixtures("small")
def test_a_cpu_is_shown_smaller_images_unless_a_size_is_given(task, monkeypatch):
    big = Pretrained(layers(), 224, "big")
    monkeypatch.setattr(Small, "load", lambda self: big)
    config = dataclasses.replace(task.config, device="cpu", dataset="folder:data_root=here")
    assert FineTune().shown(config) == 128
    assert FineTune(size=200).shown(config) == 200
    assert FineTune().reads(config).dataset == "folder:data_root=here,image_size=128"


@pytest.mark.parametrize("options", [{"depth": 0.0}, {"share": 1.5}, {"rate": 0.0}, {"mean": 0.0}])
def test_what_makes_no_sense_is_refused(options):
    with pytest.raises(ValueError, match="must be"):
        FineTune(**options)
