"""What no step changes is kept once, and a run needs it from nowhere else."""

import dataclasses

import pytest
import torch

from geneticgan.errors import RunError
from geneticgan.training.checkpoint import Checkpoint
from geneticgan.training.interrupt import Interrupted, StopRequest
from geneticgan.training.loop import Evolution
from geneticgan.training.model import build_model
from geneticgan.training.plugins import make_plugins
from geneticgan.training.run_folder import RunFolder
from geneticgan.training.tensors import load_tensors


@pytest.fixture
def evolve(tiny_config, split, make_projected, stop_after):
    """Return what runs to the end, or to a step, in a folder; each has a backbone of its own."""
    config = dataclasses.replace(tiny_config, imbalance="auto")

    def run(folder, until=None):
        stop = StopRequest()
        plugins = dataclasses.replace(make_plugins(config), architecture=make_projected())
        observers = [] if until is None else [stop_after(until, stop)]
        return Evolution(config, split, folder, observers, stop, plugins)

    def make(path, until=None, fresh=True):
        folder = RunFolder.create(path, config) if fresh else RunFolder(path)
        evolution = run(folder, until)
        if until is None:
            return folder, evolution.run()
        with pytest.raises(Interrupted):
            evolution.run()
        return folder, evolution.model

    return make


def test_checkpoints_hold_what_learns_and_the_folder_holds_the_rest_once(evolve, tmp_path):
    folder, model = evolve(tmp_path / "run")
    names = set(model.discriminator.state_dict())
    frozen = {name for name in names if name.startswith("trunk.frozen.")}
    assert set(load_tensors(folder.frozen)[0]) == frozen
    for at in ("checkpoint", "checkpoint.previous"):
        found = set(load_tensors(folder.path / at / "discriminator.safetensors")[0])
        assert found == names - frozen
    moments = load_tensors(folder.checkpoint / "optimizer.safetensors")[0]
    learning = [p for p in model.discriminator.parameters() if p.requires_grad]
    assert len({name.partition(".")[0] for name in moments}) == len(learning)


def test_a_stopped_run_goes_on_to_the_same_bits_without_the_backbones_weights(evolve, tmp_path):
    _, whole = evolve(tmp_path / "whole")
    evolve(tmp_path / "run", until=3)
    _, resumed = evolve(tmp_path / "run", fresh=False)
    pairs = [(whole.discriminator, resumed.discriminator)]
    pairs += zip(whole.generators, resumed.generators, strict=True)
    for one, other in pairs:
        ours, theirs = one.state_dict(), other.state_dict()
        assert [name for name in ours if not torch.equal(ours[name], theirs[name])] == []


def test_a_damaged_file_is_one_sentence(evolve, tmp_path, tiny_config, split, make_projected):
    folder, _ = evolve(tmp_path / "run")
    model = build_model(tiny_config, split, make_projected(), unfilled=True)
    whole = folder.frozen.read_bytes()
    changed = bytearray(whole)
    changed[-1] ^= 1
    folder.frozen.write_bytes(changed)
    for message in ("written; restore it from an intact copy", "cannot be read"):
        with pytest.raises(RunError, match=message):
            Checkpoint(folder.checkpoint).load(model.population, model.discriminator)
        folder.frozen.unlink(missing_ok=True)
