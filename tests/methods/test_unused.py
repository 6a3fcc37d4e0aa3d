"""No option is accepted and then not looked at."""

import dataclasses
import re
from typing import ClassVar

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from torch import nn

from geneticgan.annealing.selection import SELECTIONS, create_selection
from geneticgan.config import OPTIONS, TrainConfig
from geneticgan.errors import ConfigError
from geneticgan.jobs.train import resume
from geneticgan.jobs.train_arrays import train
from geneticgan.methods.catalogue import METHODS, create_method
from geneticgan.methods.contract import Task
from geneticgan.methods.evolved import Evolved
from geneticgan.methods.unused import check_any_uses, check_used, settled
from geneticgan.networks.backbones.contract import Backbone, Pretrained
from geneticgan.specs import Spec
from geneticgan.training.interrupt import StopRequest
from geneticgan.training.loop import Evolution
from geneticgan.training.run_folder import RunFolder
from geneticgan_cli.main import cli

DATA = {
    *("dataset", "data_root", "image_size", "download", "skip_corrupt", "imbalance", "split_seed"),
    *("validation_fraction", "calibration", "device", "seed", "recipe", "method"),
}
"""Options that the job around a method looks at."""


class Noting(TrainConfig):
    """A config that notes which of its options are looked at."""

    looked_at: ClassVar = set()

    def __getattribute__(self, name):
        if name in OPTIONS:
            Noting.looked_at.add(name)
        return super().__getattribute__(name)


def replace_unnoticed(instance, /, **changes):
    """Copy an instance without noting that this looks at all options of a config."""
    noted = set(Noting.looked_at)
    copied = REPLACE(instance, **changes)
    Noting.looked_at = noted
    return copied


REPLACE = dataclasses.replace


class Layers(Backbone):
    def load(self):
        layers = [nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.AdaptiveAvgPool2d(1)]
        return Pretrained(nn.Sequential(*layers).eval(), 16, "layers of a test")


CLASSIFIERS = [
    found.name
    for found in METHODS.find()
    if not issubclass(METHODS.get(found.name).factory, Evolved)
]


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_classifier_looks_at_all_but_what_it_says(
    name, split, tiny_config, tmp_path, monkeypatch
):
    monkeypatch.setattr("geneticgan.methods.probe.create_backbone", lambda text: Layers())
    monkeypatch.setattr(dataclasses, "replace", replace_unnoticed)
    config = Noting(**{n: getattr(tiny_config, n) for n in OPTIONS} | {"steps": 20})
    method = create_method(Spec(name, {}))
    Noting.looked_at = set()
    method.fit(Task(split, config, torch.device("cpu"), tmp_path))
    assert set(OPTIONS) - Noting.looked_at - DATA == method.unused


def refused(named, **values):
    """Return what is said of options that were named."""
    try:
        check_used(TrainConfig(**values), named)
    except ConfigError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("name", "values", "mended"),
    [
        ("clip", {}, {"adversary": "wasserstein"}),
        ("tau", {"class_loss": "cross-entropy"}, {"class_loss": "balanced-softmax"}),
        ("generated_class_weighting", {}, {"generated_class_weight": 1.0}),
        ("T", {"selection": "always"}, {"selection": "annealing"}),
        ("schedule", {"selection": "elitist"}, {"selection": "threshold"}),
        ("alpha", {"selection": "random"}, {"selection": "random:accept=0.5,below=1"}),
        ("T", {"selection": "nsga2"}, {"selection": "amosa"}),
        ("fitness", {"selection": "random"}, {"selection": "always"}),
        ("lambda_", {"selection": "always", "mutations": "nonsat"}, {"population": 2}),
        ("fitness_batches", {"method": "acgan"}, {"method": "egan"}),
        ("checkpoint_every", {"method": "cn"}, {"method": "aggan"}),
        ("T", {"method": "lsgan"}, {"method": "aggan"}),
    ],
)
def test_what_another_choice_makes_useless_is_refused(name, values, mended):
    spelled = OPTIONS[name].spelled
    found = refused({name}, **values)
    assert spelled in found, found
    assert refused({name}, **{**values, **mended}) == ""
    assert refused(set(), **values) == ""  # what nobody asked for is no mistake


def test_a_methods_own_option_is_pointed_to():
    found = refused({"tau"}, method="balanced-softmax")
    assert "it has an option of its own, --method balanced-softmax:tau=..." in found
    with pytest.raises(ConfigError, match="clip would change nothing"):
        settled(TrainConfig(method="aggan:clip=0.05"), {"method"})
    with pytest.raises(ConfigError, match="sets mutations to 'nonsat' itself"):
        settled(TrainConfig(method="acgan"), {"method", "mutations"})
    digits = np.zeros((4, 8, 8), np.uint8)
    with pytest.raises(ConfigError, match="clip would change nothing"):
        train(digits, [0, 0, 1, 1], clip=0.01)


@pytest.mark.parametrize(
    ("methods", "named", "said"),
    [
        (["cn", "oscn"], {"T"}, "T would change nothing: none of the methods uses it"),
        (["cn", "acgan"], {"mutations"}, r"mutations would change nothing: .*\(cn, acgan\)"),
        (["cn", "lsgan"], {"steps", "clip"}, "clip would change nothing"),
        (["aggan:selection=always,T=5"], set(), "T would change nothing: selection always"),
        (["cn", "aggan"], {"T", "mutations", "batch_size"}, ""),
        (["cn", "acgan:mutations=hinge"], {"steps"}, ""),
        (["wgan"], {"steps"}, ""),
        (["wgan"], {"adversary"}, "adversary would change nothing"),
    ],
)
def test_of_several_methods_one_has_to_look_at_what_is_named(methods, named, said):
    if not said:
        check_any_uses(TrainConfig(), methods, named)
        return
    with pytest.raises(ConfigError, match=said):
        check_any_uses(TrainConfig(), methods, named)


@pytest.mark.parametrize(
    "words",
    [
        ["benchmark", "--datasets", "digits", "--methods", "cn,oscn", "--set", "T=5"],
        ["choose", "--dataset", "digits", "--methods", "dos", "--set", "T=5"],
        ["tune", "--dataset", "digits", "--set", "T=5"],
    ],
)
def test_every_command_that_trains_refuses_it(words, tmp_path):
    found = CliRunner().invoke(cli, [*words, "--out", str(tmp_path / "out")])
    assert found.exit_code == 1, found.output
    assert re.search("T would change nothing|does not use T", found.output)
    assert not (tmp_path / "out").exists()


def signature(config, split, tmp_path):
    """Return what a short run came to."""
    folder = RunFolder.create(tmp_path, config)
    model = Evolution(config, split, folder, (), StopRequest()).run()
    state = model.discriminator.state_dict() | model.generators[0].state_dict()
    return torch.cat([value.flatten().float() for value in state.values()])


SELECTED = [found.name for found in SELECTIONS.find()]


@pytest.mark.parametrize("selection", SELECTED)
def test_a_selection_looks_at_no_temperature_or_weight_that_it_says_it_does_not(
    selection, split, tiny_config, tmp_path
):
    config = dataclasses.replace(tiny_config, imbalance="auto", selection=selection, population=2)
    changes = {"T": {"T": 0.0}, "lambda_": {"lambda_": 0.0}}
    before = signature(config, split, tmp_path / "before")
    for name, values in changes.items():
        after = signature(dataclasses.replace(config, **values), split, tmp_path / name)
        unused = name in create_selection(selection).unused
        assert torch.equal(before, after) == unused, name


def test_resume_refuses_to_show_a_classifiers_generators(tiny_config, tmp_path):
    config = dataclasses.replace(tiny_config, method="cn")
    RunFolder.create(tmp_path / "run", config)
    for asked in ({"film": True}, {"tensorboard": True}):
        with pytest.raises(
            ConfigError, match="shows how generators learn, but method 'cn' has none"
        ):
            resume(tmp_path / "run", (), **asked)
