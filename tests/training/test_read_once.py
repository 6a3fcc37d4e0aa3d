"""Real images that nothing changes go through a frozen trunk once."""

import dataclasses

import numpy as np
import pytest
import torch

from geneticgan.annealing.algorithm import ea_annealing
from geneticgan.data.sampling import BatchSource, to_unit_range
from geneticgan.gan.plain import plain_toolbox
from geneticgan.gan.step import step_toolbox
from geneticgan.training import read_once
from geneticgan.training.build import build_machine, real_images
from geneticgan.training.model import build_model
from geneticgan.training.plugins import make_plugins
from geneticgan.training.read_once import PORTION, ReadOnce


@pytest.fixture
def make_machine(tiny_config, split, make_projected):
    """Return what makes the machine of a run, on a frozen trunk unless another family is given."""

    def make(augmentation="none", family=None, looks_up=True):
        config = dataclasses.replace(tiny_config, augmentation=augmentation)
        plugins = dataclasses.replace(make_plugins(config), architecture=family or make_projected())
        model = build_model(config, split, plugins.architecture)
        real = real_images(config, split, model.device)
        if not looks_up:
            real = dataclasses.replace(real, positions=None)
        return build_machine(config, plugins, model, real)

    return make


@pytest.mark.parametrize("toolbox", [plain_toolbox, step_toolbox])
def test_a_run_is_the_same_whether_images_are_looked_up_or_read_again(make_machine, toolbox):
    machines = [make_machine(looks_up=looks_up) for looks_up in (True, False)]
    for machine in machines:
        ea_annealing(machine.population, toolbox(machine), machine.schedule, 2)
    once, again = machines
    assert once.batches.draw(0).fitness.real_features
    assert again.batches.draw(0).fitness.real_features == ()
    states = [
        (each.discriminator.module.state_dict(), *(i.to_tensors()[0] for i in each.population))
        for each in machines
    ]
    for one, other in zip(*states, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_what_is_looked_up_is_what_is_read(make_machine):
    machine = make_machine()
    forward = machine.discriminator.forward
    for number in (0, 1, 0):
        batch = machine.batches.draw(number).fitness
        anew = forward.real(dataclasses.replace(batch, real_features=()))
        torch.testing.assert_close(forward.real(batch).source, anew.source)
        torch.testing.assert_close(forward.real(batch).classes, anew.classes)
    copy = batch.clone()
    assert all(map(torch.equal, copy.real_features, batch.real_features))


def test_every_image_is_read_once_in_portions_of_one_size(split):
    shown = []

    def read(images):
        shown.append(images)
        return images.flatten(1), images.mean(dim=(1, 2, 3))

    source = BatchSource(split.train, split.classes, 0, "real", torch.device("cpu"))
    draw, count = source.balanced(24), len(split.train)
    once = ReadOnce(read, source.positions(24), count)
    for number in range(20):
        images, _ = draw(number)
        flat, mean = once(number, images)
        assert torch.equal(flat, images.flatten(1))
        assert torch.equal(mean, images.mean(dim=(1, 2, 3)))
    room, *portions = shown
    assert len(room) == 1
    assert {len(each) for each in portions} == {PORTION}
    distinct = np.unique(torch.cat(portions).flatten(1).numpy(), axis=0)
    assert len(distinct) == count
    asked = len(shown)
    once(3, draw(3)[0])
    assert len(shown) == asked


@pytest.mark.parametrize("how", ["batches", "exact", "root", "weights"])
def test_positions_are_those_of_the_images(split, how):
    source = BatchSource(split.train, split.classes, 0, "real", torch.device("cpu"))
    draw, positions = source.balanced(7, how), source.positions(7, how)
    for number in (0, 5, 1):
        pixels = torch.from_numpy(split.train.pixels[positions(number)])
        assert torch.equal(draw(number)[0], to_unit_range(pixels))


def test_images_that_change_are_read_again_and_so_are_those_too_large_to_keep(
    make_machine, monkeypatch
):
    from geneticgan.networks.convolutional import Convolutional

    assert make_machine("deformation").batches.read_real is None
    assert make_machine(family=Convolutional()).batches.read_real is None
    monkeypatch.setattr(read_once, "LARGEST", 1000)
    assert make_machine().batches.draw(0).fitness.real_features == ()
