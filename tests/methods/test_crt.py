"""Decoupled training as a method."""

import dataclasses

import numpy as np
import pytest
import torch

from geneticgan.methods.crt import CRT
from geneticgan.training.hooks import Observer


def test_features_stay_and_the_head_is_new_in_the_last_part(task):
    seen = {}

    class Watch(Observer):
        def on_network(self, step, network):
            seen[step] = {name: value.clone() for name, value in network.state_dict().items()}

    config = dataclasses.replace(task.config, steps=150, validate_every=10)
    network = CRT(head=0.2).fit(dataclasses.replace(task, config=config, observers=[Watch()]))
    before, after = seen[120], seen[150]
    for name in after:
        same = torch.equal(before[name], after[name])
        assert same != name.startswith("classifier."), name
    assert not torch.equal(seen[110]["trunk.0.weight"], before["trunk.0.weight"])
    # Untrained once more: the new head has begun anew, not from the old one.
    old, new = before["classifier.weight"], seen[130]["classifier.weight"]
    assert torch.corrcoef(torch.stack([old.flatten(), new.flatten()]))[0, 1] < 0.9
    assert not hasattr(network.network, "head")


def test_it_draws_as_the_data_are_and_then_evenly(task):
    method = CRT()
    draw, first = method.batches(task), method.first(task)
    counts = np.asarray(task.split.train_counts, dtype=float)
    for numbers, expected in (
        (range(first), counts / counts.sum()),
        (range(first, first + 300), np.full(3, 1 / 3)),
    ):
        labels = torch.cat([draw(number)[1] for number in numbers])
        found = np.bincount(labels.numpy(), minlength=3) / len(labels)
        np.testing.assert_allclose(found, expected, atol=0.05)


def test_rates_start_again_with_the_head(task):
    config = dataclasses.replace(task.config, rate_schedule="cosine")
    rate = CRT(head=0.2).rate(dataclasses.replace(task, config=config))
    assert rate(0) == rate(120) == 1
    assert rate(119) < 0.01
    assert rate(149) < 0.05


@pytest.mark.parametrize("options", [{"head": 0.0}, {"head": 1.0}, {"drawing": "mine"}])
def test_what_makes_no_sense_is_refused(options):
    with pytest.raises(ValueError, match="must be"):
        CRT(**options)
