"""LDAM-DRW as a method."""

import math

import pytest
import torch
from torch.nn.functional import cross_entropy

from geneticgan.methods.cb_loss import class_weights
from geneticgan.methods.ldam_drw import CosineHead, LdamDrw


def test_logits_are_scaled_cosines():
    head = CosineHead(4, 3, scale=30.0)
    features = torch.randn(5, 4, generator=torch.Generator().manual_seed(0))
    expected = torch.cosine_similarity(features[:, None], head.weight[None], dim=2)
    torch.testing.assert_close(head(features), 30 * expected)
    torch.testing.assert_close(head(7 * features), head(features))


def test_the_true_logit_is_lowered_by_margins_and_weights_begin_late(task):
    method = LdamDrw(margin=0.4, scale=10.0, deferred=0.5, beta=0.99)
    network = method.build(task.split, task.config, task.device)
    objective, begin = method.objective(network, task), round(0.5 * task.config.steps)
    counts = task.split.train_counts
    margins = [0.4 * (min(counts) / count) ** 0.25 for count in counts]  # the rarest has it whole
    for step, weights in ((begin - 1, None), (begin, class_weights(counts, 0.99))):
        images, labels = method.batches(task)(step)
        logits = network(images)[1]
        lowered = torch.stack([logits[i] for i in range(len(labels))])
        for i, label in enumerate(labels.tolist()):
            lowered[i, label] -= 10 * margins[label]
        expected = cross_entropy(lowered, labels, weights)
        assert objective(step).item() == pytest.approx(expected.item(), rel=1e-4)


@pytest.mark.parametrize(
    "options", [{"margin": 0.0}, {"scale": -1.0}, {"deferred": 1.5}, {"beta": 1.0}]
)
def test_what_makes_no_sense_is_refused(options):
    with pytest.raises(ValueError, match="must be"):
        LdamDrw(**options)
    assert math.isfinite(LdamDrw().scale)
