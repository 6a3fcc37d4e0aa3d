"""Numbers that are not finite: an offspring dies of them, a discriminator goes back."""

import contextlib
import dataclasses
import json
import math

import pytest
import torch

from geneticgan.errors import DivergedError, RunError
from geneticgan.gan import capture
from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import Interrupted, StopRequest
from geneticgan.training.loop import MAX_ROLLBACKS, Evolution
from geneticgan.training.model import load_model
from geneticgan.training.run_folder import RunFolder


class Notes(Observer):
    def __init__(self):
        self.texts = []

    def on_note(self, text):
        self.texts.append(text)


class Poisoned(Evolution):
    """Puts a number into the discriminator at some generations, as often as it is told."""

    poison: dict[int, int]
    value = math.nan

    def after(self, generation):
        step = generation.number + 1
        if self.poison.get(step, 0) > 0:
            self.poison[step] -= 1
            with torch.no_grad():
                self.model.discriminator.source.bias.fill_(self.value)
        return super().after(generation)


@pytest.fixture
def evolve(tiny_config, split, tmp_path):
    config = dataclasses.replace(tiny_config, imbalance="auto", checkpoint_every=2)

    def run(name, poison, value=math.nan, stop=None, **options):
        used = dataclasses.replace(config, **options)
        path = tmp_path / name
        folder = RunFolder(path) if path.exists() else RunFolder.create(path, used)
        notes = Notes()
        evolution = Poisoned(used, split, folder, [notes], stop or StopRequest())
        evolution.poison, evolution.value = dict(poison), value
        with contextlib.suppress(Interrupted):
            evolution.run()
        records = [json.loads(line) for line in folder.log.read_text().splitlines()]
        return evolution, notes.texts, records

    return run


@pytest.mark.parametrize("breeding", ["plain", "shared", "device"])
@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("step", [1, 3, 4])
def test_a_discriminator_that_diverges_goes_back_and_learns_more_slowly(
    evolve, breeding, value, step, monkeypatch
):
    if breeding == "device":
        monkeypatch.setattr(capture, "is_wanted", lambda device: True)
        breeding = "shared"
    evolution, notes, records = evolve("run", {step: 1}, value, breeding=breeding)
    (text,) = [note for note in notes if "Rolled back" in note]
    assert f"to generation {2 if step > 2 else 0} (1 of {MAX_ROLLBACKS} times)" in text
    assert "learning rate now begins at 0.0001" in text
    assert [record["step"] for record in records] == [1, 2, 3, 4, 5, 6]
    assert all(math.isfinite(loss) for record in records for loss in record["loss"].values())
    assert all(torch.isfinite(p).all() for p in evolution.model.discriminator.parameters())
    assert evolution.discriminator.optimizer.param_groups[0]["lr"] == 1e-4


def test_what_was_rolled_back_is_the_same_after_a_resumption(evolve, split):
    whole, _, _ = evolve("whole", {3: 1})
    evolve("part", {3: 1}, steps=4)
    resumed, _, _ = evolve("part", {})
    ours, theirs = (e.model.discriminator.state_dict() for e in (whole, resumed))
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert resumed.rollbacks == 1
    assert resumed.discriminator.optimizer.param_groups[0]["lr"] == 1e-4


def test_one_that_diverges_again_and_again_stops_with_a_diagnosis(evolve):
    with pytest.raises(RunError, match=r"lower --learning-rate, use --precision float32, or leave"):
        evolve("run", {3: 99})


class Fruitless(Evolution):
    """Gives the discriminator weights with which every offspring fails, as often as it is told."""

    times = 1

    def after(self, generation):
        if generation.number == 2 and self.times:
            self.times -= 1
            with torch.no_grad():
                self.model.discriminator.source.weight.mul_(1e38)
        return super().after(generation)


@pytest.mark.parametrize("times", [1, 99])
def test_when_all_offspring_fail_it_is_said_and_the_run_goes_back(
    times, split, tiny_config, tmp_path
):
    config = dataclasses.replace(
        tiny_config, imbalance="auto", steps=16, checkpoint_every=2, mutations="minimax,lsgan"
    )
    notes = Notes()
    folder = RunFolder.create(tmp_path / "run", config)
    evolution = Fruitless(config, split, folder, [notes], StopRequest())
    evolution.times = times
    if times == 1:
        evolution.run()
    else:
        with pytest.raises(RunError, match=r"every offspring of the last 10 .* after 3 returns"):
            evolution.run()
    assert "Every offspring of generation 4 failed (" in notes.texts[0]
    assert "after 10 such generations" in notes.texts[0]
    assert "Rolled back to generation 2 (1 of 3 times)" in notes.texts[1]


def test_what_is_not_finite_is_not_kept(evolve):
    evolution, _, _ = evolve("run", {})
    generator, discriminator = evolution.model.population[0], evolution.discriminator
    evolution.check()
    for tensor in (
        next(each for each in generator.module.buffers() if each.is_floating_point()),
        generator.optimizer.state[generator.parameters[0]]["exp_avg"],
        discriminator.optimizer.state[discriminator.parameters[0]]["exp_avg"],
    ):
        before = tensor.clone()
        tensor.fill_(math.inf)
        with pytest.raises(DivergedError, match="is not finite"):
            evolution.check()
        tensor.copy_(before)


def test_the_last_good_checkpoint_is_left_when_it_stops(evolve, split, tiny_config, tmp_path):
    with pytest.raises(RunError):
        evolve("run", {4: 99})
    config = dataclasses.replace(tiny_config, imbalance="auto")
    model = load_model(config, split, RunFolder(tmp_path / "run"))
    assert all(torch.isfinite(p).all() for p in model.discriminator.parameters())


def test_a_classifier_that_diverges_says_so(split, tiny_config, tmp_path):
    from geneticgan.methods.contract import Task
    from geneticgan.methods.oscn import OsCN

    config = dataclasses.replace(tiny_config, imbalance="auto", steps=8)
    # No option goes so far; it stands for a classifier that diverges for another reason.
    object.__setattr__(config, "classifier_learning_rate", 1e30)
    with pytest.raises(RunError, match="lower classifier_learning_rate"):
        OsCN().fit(Task(split, config, torch.device("cpu"), tmp_path))
