"""A deep ensemble as a method."""

import dataclasses

import pytest
import torch

from geneticgan.data.sampling import to_unit_range
from geneticgan.methods.balanced_softmax import BalancedSoftmax
from geneticgan.methods.deep_ensemble import DeepEnsemble
from geneticgan.networks.averaged import Averaged


class Constant(torch.nn.Module):
    def __init__(self, logits):
        super().__init__()
        self.logits = torch.tensor(logits)

    def forward(self, images):
        return self.logits[0].expand(len(images)), self.logits.expand(len(images), -1)


def test_probabilities_are_averaged_and_not_logits():
    sure, unsure = [0.0, 20.0], [1.0, 0.0]
    source, logs = Averaged([Constant(sure), Constant(unsure)])(torch.zeros(2, 1, 8, 8))
    expected = (torch.tensor(sure).softmax(0) + torch.tensor(unsure).softmax(0)) / 2
    torch.testing.assert_close(logs.exp(), expected.expand(2, -1))
    torch.testing.assert_close(source, torch.full((2,), 0.5))


def test_each_member_is_the_network_that_would_have_been_trained_alone(task):
    network = DeepEnsemble(count=3).fit(task).network
    alone = BalancedSoftmax().fit(task).network.state_dict()
    first, second, _ = (member.state_dict() for member in network.members)
    for name, value in alone.items():
        torch.testing.assert_close(first[name], value)
        assert name.endswith("num_batches_tracked") or not torch.equal(second[name], value)


def test_drawn_evenly_its_members_learn_from_other_batches(task):
    task = dataclasses.replace(task, config=dataclasses.replace(task.config, steps=5))
    even, root = (
        DeepEnsemble(count=2, drawing=how).fit(task).network for how in ("balanced", "root")
    )
    images = to_unit_range(torch.from_numpy(task.split.test.pixels[:8]))
    with torch.no_grad():
        assert not torch.equal(even(images)[1], root(images)[1])


def test_no_member_is_refused():
    with pytest.raises(ValueError, match="count must be >= 1"):
        DeepEnsemble(count=0)
