"""Balanced softmax as a method."""

import pytest
import torch

from geneticgan.methods.balanced_softmax import BalancedSoftmax


def test_it_draws_by_the_square_root_and_adjusts_for_just_that(task):
    counts = torch.tensor(task.split.train_counts, dtype=torch.float32)
    method = BalancedSoftmax()
    draw = method.batches(task)
    labels = torch.cat([draw(number)[1] for number in range(400)])
    drawn = torch.bincount(labels, minlength=3) / len(labels)
    torch.testing.assert_close(drawn, counts.sqrt() / counts.sqrt().sum(), rtol=0.1, atol=0.02)
    logits = torch.zeros(3, 3)
    losses = torch.stack([method.loss(task)(logits[:1], torch.tensor([k])) for k in range(3)])
    torch.testing.assert_close((-losses).exp(), drawn, rtol=0.1, atol=0.02)


@pytest.mark.parametrize("options", [{"drawing": "balanced"}, {"tau": -1.0}])
def test_what_makes_no_sense_is_refused(options):
    with pytest.raises(ValueError, match="must be"):
        BalancedSoftmax(**options)
