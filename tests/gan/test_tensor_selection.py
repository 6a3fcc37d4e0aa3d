import math

import pytest
import torch

from geneticgan.annealing.metropolis import metropolis_accept
from geneticgan.gan.tensor_selection import needs_host
from geneticgan_plugins.selections.always import Always
from geneticgan_plugins.selections.elitist import Elitist
from geneticgan_plugins.selections.threshold import Threshold


@pytest.mark.parametrize(
    "accepts",
    [metropolis_accept, Always().accepts, Elitist().accepts, Threshold().accepts],
    ids=["metropolis", "always", "elitist", "threshold"],
)
def test_what_is_built_in_decides_on_the_device(accepts):
    assert not needs_host(accepts)


@pytest.mark.parametrize(
    "accepts",
    [
        lambda candidate, incumbent, temperature, draw: candidate >= incumbent or draw < 0.1,
        lambda candidate, incumbent, temperature, draw: math.exp(candidate) > draw,
        lambda candidate, incumbent, temperature, draw: not candidate < incumbent,
        lambda candidate, incumbent, temperature, draw: candidate - incumbent,  # no decision
        lambda candidate, incumbent, temperature, draw: None,
    ],
    ids=["or", "math", "not", "number", "nothing"],
)
def test_what_asks_for_a_value_needs_the_host(accepts):
    assert needs_host(accepts)


def test_many_decisions_at_once():
    candidates = torch.tensor([2.0, 1.0, 0.0, math.nan, -math.inf], dtype=torch.float64)
    decisions = metropolis_accept(candidates, 1.0, 0.0, 0.5)
    assert decisions.tolist() == [True, True, False, False, False]
