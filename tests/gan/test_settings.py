"""A generation by every setting of a run can be captured: no value is read, nothing is elsewhere.

Machines are made of a config as the command line makes them.
"""

from functools import partial

import pytest
import torch

from geneticgan.changes import CHANGES
from geneticgan.gan.capture import CapturedStep, why_not
from geneticgan.gan.optimizer_state import step_with
from geneticgan.gan.processes import ALONE
from geneticgan.gan.shared_gradients import why_plain
from geneticgan.networks import create_architecture
from geneticgan.options.adversary import ADVERSARIES, GUIDANCES, WEIGHTINGS
from geneticgan.options.images import OVERSAMPLINGS
from geneticgan.options.learning import CLASS_LOSSES
from geneticgan.options.machine import PRECISIONS
from geneticgan.recipes import RECIPES
from geneticgan.testing.replays import expect_replays

from .in_several import make

META = torch.device("meta")
CHOICES = {
    "augmentation": (*CHANGES, ",".join(CHANGES), "none"),
    "oversampling": OVERSAMPLINGS,
    "class_loss": CLASS_LOSSES,
    "adversary": ADVERSARIES,
    "generated_class_weighting": WEIGHTINGS,
    "class_guidance": GUIDANCES,
    "precision": ("bf16", *PRECISIONS),
    "weight_decay": (0.0, 0.1),
    "population": (1, 2),
}
COUNT = max(map(len, CHOICES.values()))
SETTINGS = [
    *({"recipe": name} for name in RECIPES),
    # Every choice of every option at least once.
    *({name: of[n % len(of)] for name, of in CHOICES.items()} for n in range(COUNT)),
    {"fitness": "validation", "mutations": "minimax,hinge,rsgan"},
    {"architecture": "projected", "augmentation": "none"},
    {"architecture": "projected", "precision": "bf16"},
]


@pytest.fixture
def built(make_projected, monkeypatch):
    """Return what makes the machine of a setting, with weights in float32."""

    def create(text):
        return make_projected(32) if text == "projected" else create_architecture(text)

    monkeypatch.setattr("geneticgan.training.plugins.create_architecture", create)
    return partial(make, ALONE, dtype=torch.float32)


def ids(setting):
    return " ".join(map(str, setting.values()))


@pytest.mark.parametrize("setting", SETTINGS, ids=ids)
def test_a_generation_is_replayed(built, setting):
    machine, _ = built(**setting)
    assert (why_plain(machine), why_not(machine)) == ("", "")
    expect_replays(lambda: built(**setting)[0])


def sgd(parameters, lr, decay=0.0):
    """Make an optimizer; Adam takes no step without values."""
    trained = [each for each in parameters if each.requires_grad]
    return torch.optim.SGD(trained, lr, momentum=0.9)


@pytest.mark.parametrize("setting", SETTINGS, ids=ids)
def test_a_generation_needs_no_value(built, setting, monkeypatch):
    for module in ("build", "model"):
        monkeypatch.setattr(f"geneticgan.training.{module}.make_adam", sgd)
    monkeypatch.setattr("geneticgan.training.model.resolve_device", lambda name: META)
    machine, _ = built(**setting | {"precision": "float32"})  # there is no autocast either
    for parent in machine.population:
        nothing = [torch.zeros_like(parameter) for parameter in parent.parameters]
        step_with(parent.optimizer, parent.parameters, nothing)
    assert why_not(machine) == ""
    CapturedStep(machine).generation(machine.batches.numbers(0, 0))
    assert all(each.is_meta for each in machine.discriminator.parameters)
