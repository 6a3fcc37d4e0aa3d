"""A classifier by a recipe of one's own."""

import pytest
import torch

from geneticgan.methods.balanced_softmax import BalancedSoftmax
from geneticgan.methods.mixup import Mixup
from geneticgan.methods.tailored import Tailored


def first_loss(method, task):
    network = method.build(task.split, task.config, task.device)
    return method.objective(network, task)(0).item()


def test_with_its_defaults_it_is_the_balanced_softmax(task):
    assert first_loss(Tailored(), task) == pytest.approx(first_loss(BalancedSoftmax(), task))
    found, plain = (each.fit(task).network.state_dict() for each in (Tailored(), BalancedSoftmax()))
    for name, value in plain.items():
        torch.testing.assert_close(found[name], value, rtol=1e-2, atol=1e-3)


def test_parts_are_those_of_the_methods_they_come_from(task):
    mixed = Tailored(drawing="natural", tau=0.5, mixup=0.4)
    assert first_loss(mixed, task) == first_loss(Mixup(0.4, "natural", 0.5), task)


def test_smoothing_spreads_a_part_of_the_label_evenly(task):
    sharp, smooth, even = (first_loss(Tailored(smoothing=share), task) for share in (0.0, 0.3, 0.6))
    assert smooth - sharp == pytest.approx(even - smooth, rel=1e-4)  # it is linear in the share
    assert smooth != sharp
    with pytest.raises(ValueError, match="smoothing in"):
        Tailored(smoothing=1.0)
