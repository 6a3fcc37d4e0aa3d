"""Mixup as a method."""

import pytest
import torch
from torch.nn.functional import cross_entropy

from geneticgan.methods.mixup import Mixup


def test_images_and_labels_are_mixed_by_one_weight(task):
    labels = torch.tensor([0, 1, 2, 0])
    images = labels.float().view(4, 1, 1, 1).expand(4, 1, 8, 8).contiguous()
    weights = set()
    for step in range(20):
        mixed, targets = Mixup(alpha=1.0).mix(images, labels, task, step)
        torch.testing.assert_close(targets.sum(1), torch.ones(4))
        # The grey of an image is its label, so the mixed grey is the labels' weighted mean.
        mean = targets @ torch.arange(3.0)
        torch.testing.assert_close(mixed[:, 0, 0, 0], mean)
        weights.add(round(targets[1, 1].item(), 4))
    assert len(weights) > 10
    assert any(0.1 < weight < 0.9 for weight in weights)


def test_what_is_mixed_is_a_function_of_seed_and_step_and_leaves_torch_alone(task):
    images, labels = Mixup().batches(task)(0)
    before = torch.random.get_rng_state()
    one, again = (Mixup(alpha=1.0).mix(images, labels, task, 3)[0] for _ in range(2))
    assert torch.equal(one, again)
    assert torch.equal(before, torch.random.get_rng_state())


def test_the_loss_is_the_balanced_softmax_of_mixed_labels(task):
    method = Mixup(alpha=1.0, drawing="natural", tau=1.0)
    network = method.build(task.split, task.config, task.device)
    images, labels = method.batches(task)(5)
    mixed, targets = method.mix(images, labels, task, 5)
    counts = torch.tensor(task.split.train_counts, dtype=torch.float32)
    expected = cross_entropy(network(mixed)[1] + (counts / counts.sum()).log(), targets)
    found = method.objective(network, task)(5)
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)


@pytest.mark.parametrize("options", [{"alpha": 0.0}, {"drawing": "mine"}, {"tau": -1.0}])
def test_what_makes_no_sense_is_refused(options):
    with pytest.raises(ValueError, match="must be"):
        Mixup(**options)
