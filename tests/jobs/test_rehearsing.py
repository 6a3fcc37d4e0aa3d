"""Plugins of other packages that do not do what their contracts say, in every group."""

import re
import sys

import pytest
from click.testing import CliRunner

from geneticgan_cli.main import cli

ODD = """
import torch

from geneticgan.annealing.schedule import Schedule
from geneticgan.annealing.selection import Selection
from geneticgan.data.dataset import Dataset
from geneticgan.data.imbalance import Imbalance
from geneticgan.data.sets.digits import Digits
from geneticgan.gan.fitness import FitnessFunction
from geneticgan.gan.mutation import Mutation
from geneticgan.methods.contract import Fitted, Method
from geneticgan.networks import Architecture
from geneticgan.networks.backbones.contract import Backbone, Pretrained
from geneticgan.protocols.contract import Protocol


class Rows(Mutation):
    def loss(self, fake, real):
        return -fake


class Nan(Mutation):
    def loss(self, fake, real):
        return -fake.mean() * float("nan")


class Few(Selection):
    def select(self, individuals, k, *, temperature, rng):
        return individuals[:1]


class Cold(Schedule):
    def temperature(self, generation):
        return 1.0 - generation


class Out(Schedule):
    def temperature(self, generation):
        return [][generation]


class Three(FitnessFunction):
    def evaluate(self, inputs):
        return (inputs.logits.source.mean(),) * 3


class Number(FitnessFunction):
    def evaluate(self, inputs):
        return inputs.logits.source.mean(), 1.0


class Nothing(Architecture):
    def generator(self, channels, size, classes, width, latent_dim):
        return None

    def discriminator(self, channels, size, classes, width):
        return None


class Empty(Dataset):
    def load(self):
        return None


class Floats(Dataset):
    def load(self):
        import dataclasses

        source = Digits().load()
        pixels = source.train.pixels / 255
        return dataclasses.replace(source, train=dataclasses.replace(source.train, pixels=pixels))


class Gone(Dataset):
    def load(self):
        return open("/no/such/file")


class Halves(Imbalance):
    def counts(self, available, default=None, largest=None):
        return tuple(each / 2 for each in available)


class Unloaded(Imbalance):
    def load(self, dataset):
        return dataset.load().train

    def counts(self, available, default=None, largest=None):
        return None


class Unfitted(Method):
    title = "Unfitted"

    def fit(self, task):
        return {}


class Raising(Method):
    title = "Raising"

    def fit(self, task):
        raise RuntimeError("no idea")


class Flat(Method):
    title = "Flat"

    def fit(self, task):
        class Network(torch.nn.Module):
            def forward(self, images):
                return images.mean(dim=(1, 2, 3)), images.mean(dim=(1, 2, 3))

        return Fitted(Network())


class Untitled(Method):
    def fit(self, task):
        return None


class Percent(Protocol):
    looks_at = "training"

    def judge(self, fitted, task, images):
        return 90.0


class Blind(Protocol):
    looks_at = "validation"

    def judge(self, fitted, task, images):
        raise KeyError("labels")


class Bare(Backbone):
    def load(self):
        return torch.nn.Identity()


class Wild(Backbone):
    def load(self):
        return Pretrained(torch.nn.Identity(), 8, "wild", mean=(0, 0, 0), std=(0, 0, 0))
"""

POINTS = """
[geneticgan.mutations]
rows = odd_plugins:Rows
nan = odd_plugins:Nan
absent = odd_no_such_module:Absent
[geneticgan.selections]
few = odd_plugins:Few
[geneticgan.schedules]
cold = odd_plugins:Cold
out = odd_plugins:Out
[geneticgan.fitness]
three = odd_plugins:Three
number = odd_plugins:Number
[geneticgan.architectures]
nothing = odd_plugins:Nothing
[geneticgan.datasets]
empty = odd_plugins:Empty
floats = odd_plugins:Floats
gone = odd_plugins:Gone
[geneticgan.imbalances]
halves = odd_plugins:Halves
unloaded = odd_plugins:Unloaded
[geneticgan.methods]
unfitted = odd_plugins:Unfitted
raising = odd_plugins:Raising
flat = odd_plugins:Flat
untitled = odd_plugins:Untitled
[geneticgan.protocols]
percent = odd_plugins:Percent
blind = odd_plugins:Blind
[geneticgan.backbones]
bare = odd_plugins:Bare
wild = odd_plugins:Wild
"""


@pytest.fixture
def odd(tmp_path, monkeypatch):
    """Install a package with a faulty plugin of every kind."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "odd_plugins", raising=False)
    folder = tmp_path / "odd-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text(POINTS)
    (tmp_path / "odd_plugins.py").write_text(ODD)
    return tmp_path


def refused(words, out):
    """Run a command that has to be refused in one sentence, and return that."""
    result = CliRunner().invoke(cli, [*words, "--out", str(out)])
    assert result.exit_code == 1, result.output
    assert "bug" not in result.output
    assert not out.exists()
    (sentence,) = [line for line in result.output.splitlines() if line.startswith("Error: ")]
    return sentence


RUN = {
    "--mutations=rows": r"mutation 'rows' of odd 1.0: loss has shape \(5,\); it has to be a scalar",
    "--mutations=nan": "mutation 'nan' of odd 1.0: loss is nan for ordinary logits; tell its",
    "--mutations=absent": "mutation 'absent' of odd 1.0 cannot be imported",
    "--fitness=three": "fitness 'three' of odd 1.0: evaluate returned 3 values",
    "--fitness=number": "fitness 'number' of odd 1.0: evaluate returned a float",
    "--selection=few": "selection 'few' of odd 1.0: 1 survivors of 2 parents; tell its",
    "--schedule=cold": "schedule 'cold' of odd 1.0: the temperature of generation 2 is -1.0",
    "--schedule=out": "schedule 'out' of odd 1.0: it fails .IndexError: list index out of range",
    "--architecture=nothing": "architecture 'nothing' of odd 1.0: it fails .AttributeError",
    "--dataset=empty": "data set 'empty' of odd 1.0: it returned a NoneType, no Source",
    "--dataset=floats": "data set 'floats' of odd 1.0: train pixels are float64, not uint8",
    "--dataset=gone": "data set 'gone' of odd 1.0: it fails .FileNotFoundError",
    "--imbalance=halves": "imbalance 'halves' of odd 1.0: it returned .* not whole numbers",
    "--imbalance=unloaded": "imbalance 'unloaded' of odd 1.0: it returned a Images, no Source",
    "--method=unfitted": r"method 'unfitted' of odd 1.0: fit\(\) returned a dict, no Fitted",
    "--method=raising": r"method 'raising' of odd 1.0: it fails .RuntimeError: no idea",
    "--method=flat": r"method 'flat' of odd 1.0: class logits of 1 images have shape \(1,\)",
    "--method=untitled": "method 'untitled' of odd 1.0: it has no title for tables",
    "--method=probe:backbone=bare": r"backbone 'bare' of odd 1.0: load\(\) returned a Identity",
    "--method=probe:backbone=wild": "backbone 'wild' of odd 1.0: a feature is not finite",
}


@pytest.mark.parametrize("option", RUN)
def test_a_faulty_plugin_is_named_before_a_run_is_made(odd, option):
    for more in ([], ["--dry-run"]):
        assert re.search(RUN[option], refused(["train", option, *more], odd / "run"))


GRIDS = {
    "benchmark --datasets=empty --methods=cn": "data set 'empty' of odd 1.0: it returned",
    "benchmark --datasets=digits --methods=cn,raising": "method 'raising' of odd 1.0: it fails",
    "benchmark --datasets=digits --methods=aggan:mutations=rows": "mutation 'rows' of odd 1.0: los",
    "benchmark --datasets=digits --methods=cn --imbalance=halves": "imbalance 'halves' of odd 1.0",
    "benchmark --datasets=digits --methods=cn --protocols=percent": r"protocol 'percent' of odd "
    r"1.0: judge\(\) returned a float",
    "sweep --datasets=digits --set selection=few": "selection 'few' of odd 1.0: 1 survivors",
    "choose --methods=flat": "method 'flat' of odd 1.0: class logits",
    "choose --methods=cn --judge=percent": r"protocol 'percent' of odd 1.0: judge\(\) returned",
    "tune --judge=blind": "protocol 'blind' of odd 1.0: it fails .KeyError: 'labels'",
    "tune --dataset=floats": "data set 'floats' of odd 1.0: train pixels are float64",
}


@pytest.mark.parametrize("command", GRIDS)
def test_a_faulty_plugin_is_named_before_a_grid_is_made(odd, command):
    assert re.search(GRIDS[command], refused(command.split(), odd / "grid"))


def test_a_grid_whose_images_are_missing_is_not_made(tmp_path):
    words = ["benchmark", "--datasets=folder", f"--data-root={tmp_path / 'none'}", "--methods=cn"]
    assert "none" in refused(words, tmp_path / "grid")
