"""What the discriminator learns."""

import pytest
import torch
from torch.nn.functional import cross_entropy

from geneticgan.gan.adversaries import LeastSquares, Logistic
from geneticgan.gan.class_loss import ClassLoss
from geneticgan.gan.environment import Judgement
from geneticgan.gan.losses import DiscriminatorLoss

LABELS = torch.tensor([0, 2, 1])


@pytest.fixture
def judgement():
    rng = torch.Generator().manual_seed(0)
    return Judgement(torch.randn(3, generator=rng), torch.randn(3, 4, generator=rng))


def test_both_parts_are_source_and_class_loss(judgement):
    loss, adversary = DiscriminatorLoss(), Logistic()
    by_class = cross_entropy(judgement.classes, LABELS)
    real, fake = adversary.real(judgement.source).mean(), adversary.fake(judgement.source).mean()
    assert torch.isclose(loss.real(judgement, LABELS), real + by_class)
    assert torch.isclose(loss.generated(judgement, LABELS), fake + by_class)


@pytest.mark.parametrize("weight", [0.0, 0.25, 3.0])
def test_the_weight_is_of_generated_images_alone(judgement, weight):
    loss, adversary = DiscriminatorLoss(LeastSquares(), weight), LeastSquares()
    by_class = cross_entropy(judgement.classes, LABELS)
    real = adversary.real(judgement.source).mean() + by_class
    assert torch.isclose(loss.real(judgement, LABELS), real)
    expected = adversary.fake(judgement.source).mean() + weight * by_class
    assert torch.isclose(loss.generated(judgement, LABELS), expected)


def test_class_weights_are_of_real_images_in_all_that_they_teach():
    rng = torch.Generator().manual_seed(0)
    source, classes, guide = (torch.randn(3, *more, generator=rng) for more in ((), (4,), (4,)))
    judgement, weights = Judgement(source, classes, guide), torch.tensor([1.0, 3.0, 0.5, 9.0])
    loss = DiscriminatorLoss(class_weights=weights, class_loss=ClassLoss(weights))
    by_image = Logistic().real(source)
    for logits in (classes, guide):
        by_image = by_image + cross_entropy(logits, LABELS, reduction="none")
    expected = (1.0 * by_image[0] + 0.5 * by_image[1] + 3.0 * by_image[2]) / 3  # labels 0, 2, 1
    assert torch.isclose(loss.real(judgement, LABELS), expected)
    assert loss.generated(judgement, LABELS) == DiscriminatorLoss().generated(judgement, LABELS)


def test_the_guide_learns_from_real_images_alone():
    rng = torch.Generator().manual_seed(0)
    source, classes, guide = (
        torch.randn(3, *more, generator=rng, requires_grad=True) for more in ((), (4,), (4,))
    )
    judgement, loss = Judgement(source, classes, guide), DiscriminatorLoss()
    plain = Judgement(source, classes)
    by_guide = cross_entropy(guide, LABELS)
    assert torch.isclose(loss.real(judgement, LABELS), loss.real(plain, LABELS) + by_guide)
    generated = loss.generated(judgement, LABELS)
    assert generated == loss.generated(plain, LABELS)
    assert torch.equal(torch.autograd.grad(generated, guide)[0], torch.zeros(3, 4))
    assert judgement.guidance is guide
    assert plain.guidance is classes


@pytest.mark.parametrize("guided", [False, True])
def test_confidence_weighs_an_image_by_what_the_guiding_head_believes(guided):
    source = torch.zeros(2)
    classes = torch.tensor([[0.0, 1.0], [2.0, 0.0]], requires_grad=True)
    guide = torch.tensor([[5.0, -5.0], [-50.0, 50.0]]) if guided else None
    labels = torch.tensor([0, 0])
    loss = DiscriminatorLoss(weighting="confidence")
    found = loss.generated(Judgement(source, classes, guide), labels)
    found = found - Logistic().fake(source).mean()
    belief = (classes if guide is None else guide).detach().softmax(1)[:, 0]
    each = cross_entropy(classes, labels, reduction="none")
    assert torch.isclose(found, (belief * each).mean())
    (gradient,) = torch.autograd.grad(found, classes)  # the belief itself is not learnt
    expected = belief[:, None] * (classes.softmax(1) - torch.tensor([1.0, 0.0])) / 2
    torch.testing.assert_close(gradient, expected.detach())
