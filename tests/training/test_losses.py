"""What the discriminator learns."""

import pytest
import torch
from torch.nn.functional import cross_entropy

from geneticgan.evolution.environment import Judgement
from geneticgan.training.adversaries import LeastSquares, Logistic
from geneticgan.training.losses import DiscriminatorLoss, class_weight

LABELS = torch.tensor([0, 2, 1])


@pytest.fixture
def judgement():
    rng = torch.Generator().manual_seed(0)
    return Judgement(torch.randn(3, generator=rng), torch.randn(3, 4, generator=rng))


def test_both_parts_are_source_and_class_loss(judgement):
    loss, adversary = DiscriminatorLoss(), Logistic()
    by_class = cross_entropy(judgement.classes, LABELS)
    assert loss.real(judgement, LABELS) == adversary.real(judgement.source) + by_class
    assert loss.generated(judgement, LABELS) == adversary.fake(judgement.source) + by_class


@pytest.mark.parametrize("weight", [0.0, 0.25, 3.0])
def test_the_weight_is_of_generated_images_alone(judgement, weight):
    loss, adversary = DiscriminatorLoss(LeastSquares(), weight), LeastSquares()
    by_class = cross_entropy(judgement.classes, LABELS)
    assert loss.real(judgement, LABELS) == adversary.real(judgement.source) + by_class
    expected = adversary.fake(judgement.source) + weight * by_class
    assert torch.isclose(loss.generated(judgement, LABELS), expected)


@pytest.mark.parametrize(
    ("wanted", "classes", "weight"),
    [(1.0, 10, 1.0), (0.0, 2, 0.0), (None, 2, 1.0), (None, 10, 0.2)],
)
def test_the_weight_without_a_wish_falls_with_the_classes(wanted, classes, weight):
    assert class_weight(wanted, classes) == weight
