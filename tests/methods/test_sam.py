"""Sharpness-aware minimisation as a method."""

import copy

import pytest
import torch

from geneticgan.methods.sam import SAM


def gradients(network, loss):
    return torch.autograd.grad(
        loss, list(network.parameters()), allow_unused=True, materialize_grads=True
    )


def moved_by(network, direction, rho):
    there = copy.deepcopy(network)
    norm = torch.cat([each.flatten() for each in direction]).norm()
    with torch.no_grad():
        for parameter, each in zip(there.parameters(), direction, strict=True):
            parameter.add_(each, alpha=float(rho / norm))
    return there


@pytest.mark.parametrize("imbalanced", [False, True])
def test_the_gradient_is_that_of_the_worst_place_nearby(imbalanced, task):
    method = SAM(rho=0.5, imbalanced=imbalanced)
    network = method.build(task.split, task.config, task.device)
    images, labels = method.batches(task)(2)
    each = method.loss(task).each
    counts = torch.tensor(task.split.train_counts, dtype=torch.float32)
    sharp = (counts < counts.mean())[labels] if imbalanced else torch.ones(len(labels)).bool()
    assert 0 < sharp.sum() <= len(labels)
    direction = gradients(network, (each(network(images)[1], labels) * sharp).mean())
    there = moved_by(network, direction, 0.5)
    expected = gradients(there, (each(there(images)[1], labels) * sharp).mean())
    plain = gradients(network, (each(network(images)[1], labels) * ~sharp).mean())
    found = gradients(network, method.objective(network, task)(2))
    for one, worst, rest in zip(found, expected, plain, strict=True):
        torch.testing.assert_close(one, worst + rest, rtol=1e-3, atol=1e-5)


def test_a_batch_without_rare_classes_is_an_ordinary_one(task):
    method = SAM(imbalanced=True)
    network = method.build(task.split, task.config, task.device)
    frequent = int(torch.tensor(task.split.train_counts).argmax())
    images, labels = torch.zeros(4, 1, 8, 8), torch.full((4,), frequent)
    method.batches = lambda _: lambda _: (images, labels)
    found = method.objective(network, task)(0)
    assert found.item() == pytest.approx(method.loss(task)(network(images)[1], labels).item())


def test_a_distance_of_zero_is_refused():
    with pytest.raises(ValueError, match="rho must be > 0"):
        SAM(rho=0.0)
