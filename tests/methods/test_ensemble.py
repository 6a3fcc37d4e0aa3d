"""An ensemble of heads as a method."""

import pytest
import torch

from geneticgan.methods.ensemble import Ensemble, Heads


def test_the_heads_probabilities_are_averaged():
    heads = Heads(4, 8, 3, count=5)
    features = torch.randn(6, 4, generator=torch.Generator().manual_seed(0))
    mean = heads.each(features).softmax(dim=2).mean(dim=0)
    torch.testing.assert_close(heads(features).exp(), mean)


def test_heads_learn_to_differ_although_they_share_features(task):
    network = Ensemble(heads=3).fit(task).network
    heads = network.classifier
    assert len(heads.heads) == 3
    images = torch.rand(50, 1, 8, 8, generator=torch.Generator().manual_seed(0)) * 2 - 1
    with torch.no_grad():
        each = heads.each(network.trunk(images)).softmax(dim=2)
        torch.testing.assert_close(network(images)[1].exp(), each.mean(dim=0))
    assert each.std(dim=0).mean() > 0.01


def test_a_head_counts_each_image_by_a_bootstrap_of_its_own(task, monkeypatch):
    method = Ensemble(heads=2, drawing="balanced")
    network = method.build(task.split, task.config, task.device)
    images, labels = method.batches(task)(0)
    counts = torch.zeros(2, len(labels))
    counts[1, 3] = 2.0
    monkeypatch.setattr(torch, "poisson", lambda ones, generator: counts)
    logits = network.classifier.each(network.trunk(images))[1]
    expected = 2 * torch.nn.functional.cross_entropy(logits[3:4], labels[3:4]) / counts.numel()
    offset = torch.log(torch.tensor(3.0))  # evenly drawn classes are all moved alike
    assert method.objective(network, task)(0).item() == pytest.approx(expected.item(), rel=1e-4)
    assert method.loss(task).offsets.tolist() == pytest.approx([-offset.item()] * 3)


def test_no_head_is_refused():
    with pytest.raises(ValueError, match="heads must be >= 1"):
        Ensemble(heads=0)
