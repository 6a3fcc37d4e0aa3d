"""What the discriminator learns."""

import pytest
import torch
from torch.nn.functional import cross_entropy

from geneticgan.gan.adversaries import LeastSquares, Logistic
from geneticgan.gan.batch import Logits
from geneticgan.gan.class_loss import ClassLoss
from geneticgan.gan.losses import DiscriminatorLoss

LABELS = torch.tensor([0, 2, 1])


@pytest.fixture
def logits():
    rng = torch.Generator().manual_seed(0)
    return Logits(torch.randn(3, generator=rng), torch.randn(3, 4, generator=rng))


def test_both_parts_are_source_and_class_loss(logits):
    loss, adversary = DiscriminatorLoss(), Logistic()
    by_class = cross_entropy(logits.classes, LABELS)
    real, fake = adversary.real(logits.source).mean(), adversary.fake(logits.source).mean()
    assert torch.isclose(loss.real(logits, LABELS), real + by_class)
    assert torch.isclose(loss.generated(logits, LABELS), fake + by_class)


@pytest.mark.parametrize("weight", [0.0, 0.25, 3.0])
def test_the_weight_is_of_generated_images_alone(logits, weight):
    loss, adversary = DiscriminatorLoss(LeastSquares(), weight), LeastSquares()
    by_class = cross_entropy(logits.classes, LABELS)
    real = adversary.real(logits.source).mean() + by_class
    assert torch.isclose(loss.real(logits, LABELS), real)
    expected = adversary.fake(logits.source).mean() + weight * by_class
    assert torch.isclose(loss.generated(logits, LABELS), expected)


def test_the_source_weight_is_of_the_adversarial_loss_alone(logits):
    loss, adversary = DiscriminatorLoss(source_weight=0.25), Logistic()
    by_class = cross_entropy(logits.classes, LABELS)
    real, fake = adversary.real(logits.source).mean(), adversary.fake(logits.source).mean()
    assert torch.isclose(loss.real(logits, LABELS), 0.25 * real + by_class)
    assert torch.isclose(loss.generated(logits, LABELS), 0.25 * fake + by_class)


def test_class_weights_are_of_real_images_in_all_that_they_teach():
    rng = torch.Generator().manual_seed(0)
    source, classes, guide = (torch.randn(3, *more, generator=rng) for more in ((), (4,), (4,)))
    logits, weights = Logits(source, classes, guide), torch.tensor([1.0, 3.0, 0.5, 9.0])
    loss = DiscriminatorLoss(class_weights=weights, class_loss=ClassLoss(weights))
    by_image = Logistic().real(source)
    for each in (classes, guide):
        by_image = by_image + cross_entropy(each, LABELS, reduction="none")
    expected = (1.0 * by_image[0] + 0.5 * by_image[1] + 3.0 * by_image[2]) / 3  # labels 0, 2, 1
    assert torch.isclose(loss.real(logits, LABELS), expected)
    assert loss.generated(logits, LABELS) == DiscriminatorLoss().generated(logits, LABELS)


def test_the_guide_learns_from_real_images_alone():
    rng = torch.Generator().manual_seed(0)
    source, classes, guide = (
        torch.randn(3, *more, generator=rng, requires_grad=True) for more in ((), (4,), (4,))
    )
    logits, loss = Logits(source, classes, guide), DiscriminatorLoss()
    plain = Logits(source, classes)
    by_guide = cross_entropy(guide, LABELS)
    assert torch.isclose(loss.real(logits, LABELS), loss.real(plain, LABELS) + by_guide)
    generated = loss.generated(logits, LABELS)
    assert generated == loss.generated(plain, LABELS)
    assert torch.equal(torch.autograd.grad(generated, guide)[0], torch.zeros(3, 4))
    assert logits.guidance is guide
    assert plain.guidance is classes


@pytest.mark.parametrize("guided", [False, True])
def test_confidence_weighs_an_image_by_what_the_guiding_head_believes(guided):
    source = torch.zeros(2)
    classes = torch.tensor([[0.0, 1.0], [2.0, 0.0]], requires_grad=True)
    guide = torch.tensor([[5.0, -5.0], [-50.0, 50.0]]) if guided else None
    labels = torch.tensor([0, 0])
    loss = DiscriminatorLoss(weighting="confidence")
    found = loss.generated(Logits(source, classes, guide), labels)
    found = found - Logistic().fake(source).mean()
    belief = (classes if guide is None else guide).detach().softmax(1)[:, 0]
    each = cross_entropy(classes, labels, reduction="none")
    assert torch.isclose(found, (belief * each).mean())
    (gradient,) = torch.autograd.grad(found, classes)  # the belief itself is not learnt
    expected = belief[:, None] * (classes.softmax(1) - torch.tensor([1.0, 0.0])) / 2
    torch.testing.assert_close(gradient, expected.detach())
