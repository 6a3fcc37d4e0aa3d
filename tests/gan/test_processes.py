"""Three processes against one: the same run, to rounding."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from geneticgan.gan.processes import ALONE

from .in_several import LONG, SCENARIOS, make, run

SIZE = 3


@pytest.fixture(scope="module")
def alone():
    """Every tensor that one process comes to, by scenario."""
    return cache(lambda name: run(*make(ALONE, name)))


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """What three processes wrote of all scenarios."""
    folder = tmp_path_factory.mktemp("several")
    script = Path(__file__).with_name("in_several.py")
    subprocess.run([sys.executable, str(script), str(folder), str(SIZE)], check=True)
    return folder


@pytest.mark.parametrize("name", SCENARIOS)
def test_several_processes_give_the_run_of_one(left, alone, name):
    # In float64, where only rounding differs: sums are taken in another order. It stays as small
    # as this over fifty generations, so that no selection hangs on it.
    expected = alone(name)
    ranks = [load_file(left / f"{name}-{rank}.safetensors") for rank in range(SIZE)]
    torch.testing.assert_close(ranks[0], expected, rtol=1e-9, atol=1e-9)
    for other in ranks[1:]:
        torch.testing.assert_close(other, ranks[0], rtol=0, atol=0)


def test_two_processes_give_the_run_of_one_and_of_three(left, alone):
    pair = [load_file(left / f"{LONG}-{rank}-of-2.safetensors") for rank in range(2)]
    torch.testing.assert_close(pair[0], alone(LONG), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(pair[1], pair[0], rtol=0, atol=0)


@pytest.mark.parametrize("selected", ["arbitrary", "followed"])
def test_the_process_that_leads_selects_for_all(left, selected):
    first, *others = (load_file(left / f"{selected}-{rank}.safetensors") for rank in range(SIZE))
    for other in others:
        torch.testing.assert_close(other, first, rtol=0, atol=0)


def test_what_is_reduced_is_what_the_networks_say(left):
    for rank in range(SIZE):
        found = json.loads((left / f"{rank}.json").read_text())
        times, size = map(sum, zip(*found["told"].values(), strict=True))
        assert found["reduced"] == [times, size]
        # All gradients of the discriminator go at once, before any norm is taken.
        assert found["told"]["gradients of the discriminator"][0] == 1


def test_what_cannot_be_split_is_named(left):
    coupled, own, needy, small = json.loads((left / "1.json").read_text())["refusals"]
    assert "something other than batch normalisation" in coupled
    assert "the discriminator couples the samples" in own
    assert "'needy' needs more than logits" in needy
    assert "a batch of 2 has no image for each of 3 processes" in small


def test_one_process_hands_over_nothing():
    rows = torch.ones(3, requires_grad=True)
    assert ALONE.own(rows) is rows
    assert ALONE.whole(rows, 3) is rows
    gradients = (rows, None)
    assert ALONE.sum(gradients) is gradients
    assert ALONE.leaders([3, 1]) == [3, 1]
    assert ALONE.most(7) == 7
    assert ALONE.leads
