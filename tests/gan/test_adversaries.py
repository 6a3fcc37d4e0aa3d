"""What discriminators learn from, written out by hand."""

import math

import pytest
import torch
from torch import nn

from geneticgan.gan.adversaries import LeastSquares, Logistic, Wasserstein, make_adversary

SOURCE = torch.tensor([0.5, -2.0])


def sigmoid(s):
    return 1 / (1 + math.exp(-s))


@pytest.mark.parametrize(
    ("adversary", "real", "fake"),
    [
        (Logistic(), lambda s: -math.log(sigmoid(s)), lambda s: -math.log(1 - sigmoid(s))),
        (LeastSquares(), lambda s: (s - 1) ** 2 / 2, lambda s: s**2 / 2),
        (Wasserstein(), lambda s: -s, lambda s: s),
    ],
)
def test_losses_are_those_of_the_papers(adversary, real, fake):
    for loss, by_hand in ((adversary.real, real), (adversary.fake, fake)):
        expected = [by_hand(s) for s in SOURCE.tolist()]
        assert loss(SOURCE).tolist() == pytest.approx(expected, rel=1e-5)


def test_names_make_them():
    assert make_adversary("logistic", 0.1) == Logistic()
    assert make_adversary("least-squares", 0.1) == LeastSquares()
    assert make_adversary("wasserstein", 0.1) == Wasserstein(0.1)


def test_only_the_critic_is_clipped():
    network = nn.ModuleDict({"source": nn.Linear(3, 1), "classifier": nn.Linear(3, 2)})
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(1.0)
    Wasserstein(0.2).after_step(network.named_parameters())
    assert (network["source"].weight == 0.2).all()
    assert (network["classifier"].weight == 1.0).all()
    Wasserstein(0.0).after_step(network.named_parameters())  # 0 clips nothing
    assert (network["source"].weight == 0.2).all()
