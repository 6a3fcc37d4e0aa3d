"""The loss of a class head."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import cross_entropy

from geneticgan.gan.class_loss import ClassLoss, make_class_loss

CPU = torch.device("cpu")
LOGITS = torch.randn(40, 3, generator=torch.Generator().manual_seed(0))
LABELS = torch.arange(40) % 3


@given(counts=st.lists(st.integers(1, 1000), min_size=3, max_size=3))
def test_balanced_softmax_is_the_posterior_of_the_batches_classes(counts):
    loss = make_class_loss("balanced-softmax", 1.0, counts, "weights", CPU)
    shares = torch.tensor(counts) / sum(counts)
    joint = LOGITS.exp() * shares  # Ren et al. 2020, equation 3
    posterior = joint / joint.sum(dim=1, keepdim=True)
    expected = -posterior.log()[torch.arange(40), LABELS]
    torch.testing.assert_close(loss.each(LOGITS, LABELS), expected, rtol=1e-4, atol=1e-4)


def test_its_offsets_are_of_the_batches_as_they_are_drawn():
    counts = [900, 100, 1]
    root = make_class_loss("balanced-softmax", 1.0, counts, "root", CPU).offsets.exp()
    torch.testing.assert_close(root, torch.tensor([30.0, 10.0, 1.0]) / 41)


@pytest.mark.parametrize("drawn", ["auto", "batches", "exact"])
def test_where_batches_are_balanced_it_is_the_cross_entropy(drawn):
    loss = make_class_loss("balanced-softmax", 1.0, [900, 100, 1], drawn, CPU)
    torch.testing.assert_close(loss(LOGITS, LABELS), cross_entropy(LOGITS, LABELS))


def test_tau_is_its_strength():
    none = make_class_loss("balanced-softmax", 0.0, [900, 100, 1], "weights", CPU)
    torch.testing.assert_close(none(LOGITS, LABELS), cross_entropy(LOGITS, LABELS))


def test_the_cross_entropy_weighs_classes_alike_where_batches_do_not():
    loss = make_class_loss("cross-entropy", 1.0, [900, 100], "weights", CPU)
    assert loss.weights.tolist() == pytest.approx([1000 / 1800, 1000 / 200])
    assert make_class_loss("cross-entropy", 1.0, [900, 100], "batches", CPU) == ClassLoss()
