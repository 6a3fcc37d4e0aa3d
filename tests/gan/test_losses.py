"""What the discriminator learns: source losses and class losses by hand, and their sum."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import cross_entropy

from geneticgan.gan.batch import Logits
from geneticgan.gan.losses import (
    ClassLoss,
    DiscriminatorLoss,
    LeastSquares,
    Logistic,
    Wasserstein,
    make_adversary,
    make_class_loss,
)

CPU = torch.device("cpu")
SOURCE = torch.tensor([0.5, -2.0])
SHOWN = torch.randn(40, 3, generator=torch.Generator().manual_seed(0))
TRUTH = torch.arange(40) % 3
LABELS = torch.tensor([0, 2, 1])


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


@given(counts=st.lists(st.integers(1, 1000), min_size=3, max_size=3))
def test_balanced_softmax_is_the_posterior_of_the_batches_classes(counts):
    loss = make_class_loss("balanced-softmax", 1.0, counts, "weights", CPU)
    shares = torch.tensor(counts) / sum(counts)
    joint = SHOWN.exp() * shares  # Ren et al. 2020, equation 3
    posterior = joint / joint.sum(dim=1, keepdim=True)
    expected = -posterior.log()[torch.arange(40), TRUTH]
    torch.testing.assert_close(loss.each(SHOWN, TRUTH), expected, rtol=1e-4, atol=1e-4)


def test_its_offsets_are_of_the_batches_as_they_are_drawn():
    counts = [900, 100, 1]
    root = make_class_loss("balanced-softmax", 1.0, counts, "root", CPU).offsets.exp()
    torch.testing.assert_close(root, torch.tensor([30.0, 10.0, 1.0]) / 41)


@pytest.mark.parametrize("drawn", ["auto", "batches", "exact"])
def test_where_batches_are_balanced_it_is_the_cross_entropy(drawn):
    loss = make_class_loss("balanced-softmax", 1.0, [900, 100, 1], drawn, CPU)
    torch.testing.assert_close(loss(SHOWN, TRUTH), cross_entropy(SHOWN, TRUTH))


def test_tau_is_its_strength():
    none = make_class_loss("balanced-softmax", 0.0, [900, 100, 1], "weights", CPU)
    torch.testing.assert_close(none(SHOWN, TRUTH), cross_entropy(SHOWN, TRUTH))


def test_the_cross_entropy_weighs_classes_alike_where_batches_do_not():
    loss = make_class_loss("cross-entropy", 1.0, [900, 100], "weights", CPU)
    assert loss.weights.tolist() == pytest.approx([1000 / 1800, 1000 / 200])
    assert make_class_loss("cross-entropy", 1.0, [900, 100], "batches", CPU) == ClassLoss()


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
