"""Global generators: seeded for a while, and only those that were asked for."""

from pathlib import Path

import pytest
import torch

import geneticgan
from geneticgan.networks import build_discriminator, build_generator
from geneticgan.seeding import torch_seeded


def test_what_is_drawn_follows_the_seed_and_the_rest_goes_on():
    before = torch.get_rng_state()
    with torch_seeded(5):
        first = torch.rand(3)
    assert torch.equal(torch.get_rng_state(), before)
    with torch_seeded(5):
        assert torch.equal(torch.rand(3), first)
    with torch_seeded(6):
        assert not torch.equal(torch.rand(3), first)
    assert torch.equal(first, torch.rand(3, generator=torch.Generator().manual_seed(5)))


def test_networks_are_built_without_a_touch_of_any_gpu(monkeypatch):
    for name in ("manual_seed", "manual_seed_all", "set_rng_state"):
        monkeypatch.setattr(torch.cuda, name, lambda *_, **__: pytest.fail("a GPU was seeded"))
    build_generator(1, 8, 3, 2, 4, seed=0)
    build_discriminator(1, 8, 3, 2, seed=0)


def test_nothing_seeds_all_devices():
    for path in Path(geneticgan.__file__).parent.rglob("*.py"):
        assert "torch.manual_seed(" not in path.read_text(), path
