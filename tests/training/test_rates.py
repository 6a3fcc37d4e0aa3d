"""Learning rates over a training."""

import dataclasses

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from geneticgan import TrainConfig
from geneticgan.gan import capture
from geneticgan.networks import Architecture
from geneticgan.training.interrupt import StopRequest
from geneticgan.training.loop import Evolution
from geneticgan.training.model import build_model, make_adam
from geneticgan.training.rates import FullRates, RateSchedule, full_rates, set_rate
from geneticgan.training.run_folder import RunFolder


@example(kind="constant", steps=2, warm_up=0.75)
@given(
    kind=st.sampled_from(["constant", "cosine"]),
    steps=st.integers(1, 500),
    warm_up=st.floats(0, 0.9),
)
def test_rates_rise_once_and_then_never_again(kind, steps, warm_up):
    rates = RateSchedule(kind, steps, warm_up)
    factors = [rates.factor(step) for step in range(steps)]
    top = factors.index(max(factors))
    assert factors[:top] == sorted(factors[:top])
    assert factors[top:] == sorted(factors[top:], reverse=True)
    assert all(0 < factor <= 1 for factor in factors)
    assert top == min(round(warm_up * steps), steps - 1)
    assert factors[top] == 1


def test_the_cosine_is_half_at_half_time():
    rates = RateSchedule("cosine", 200)
    assert rates.factor(0) == 1
    assert rates.factor(100) == pytest.approx(0.5)
    assert rates.factor(199) == pytest.approx(0, abs=1e-4)
    assert RateSchedule("constant", 200).factor(199) == 1


def test_a_rate_that_is_a_tensor_is_set_in_place():
    rate = torch.tensor(0.5)
    network = torch.nn.Linear(2, 2)
    optimizer = torch.optim.Adam(network.parameters(), lr=rate, fused=True)
    set_rate(optimizer, 0.25)
    assert rate == 0.25
    assert optimizer.param_groups[0]["lr"] is rate


def test_weight_decay_shrinks_weights_by_rate_times_decay():
    network = torch.nn.Linear(2, 2)
    before = network.weight.detach().clone()
    optimizer = make_adam(network.parameters(), 0.1, weight_decay=0.5)
    network.weight.grad = torch.zeros_like(network.weight)
    network.bias.grad = torch.zeros_like(network.bias)
    optimizer.step()
    torch.testing.assert_close(network.weight.detach(), before * (1 - 0.1 * 0.5))


class Rates:
    """Notes the learning rates with which a generation was lived."""

    def __init__(self):
        self.seen = []

    def on_record(self, record):
        self.seen.append(record["step"])

    def __getattr__(self, name):
        return lambda *_: None


@pytest.mark.parametrize(
    ("given", "own", "rates"),
    [
        ({}, None, (3e-3, 5e-4)),
        ({}, 3e-4, (3e-4, 5e-4)),
        ({"learning_rate": 1e-2}, 3e-4, (1e-2, 5e-4)),
        ({"recipe": "paper"}, 3e-4, (2e-4, 2e-4)),
        ({"generator_learning_rate": None}, 3e-4, (3e-4, 3e-4)),
    ],
)
def test_a_rate_is_the_one_asked_for_or_the_architectures_or_the_usual_one(given, own, rates):
    assert full_rates(TrainConfig(**given), own) == FullRates(*rates)


def test_a_model_is_trained_at_its_architectures_rate(tiny_config, split, monkeypatch):
    config = dataclasses.replace(tiny_config, recipe="best", learning_rate=None)
    assert build_model(config, split).rates.of_discriminator == 3e-3
    monkeypatch.setattr(Architecture, "learning_rate", 1e-4)
    assert build_model(config, split).rates.of_discriminator == 1e-4


@pytest.mark.parametrize("breeding", ["plain", "shared", "device"])
def test_generations_have_the_rates_of_their_number(
    tiny_config, split, tmp_path, breeding, monkeypatch
):
    if breeding == "device":
        monkeypatch.setattr(capture, "is_wanted", lambda device: True)
        breeding = "shared"
    config = dataclasses.replace(
        tiny_config,
        imbalance="auto",
        breeding=breeding,
        rate_schedule="cosine",
        learning_rate=4e-3,
        generator_learning_rate=1e-3,
    )
    folder = RunFolder.create(tmp_path / "run", config)
    evolution = Evolution(config, split, folder, [], StopRequest())
    seen = []
    step = evolution.discriminator.step

    def watched(gradients):
        seen.append(evolution.discriminator.optimizer.param_groups[0]["lr"])
        step(gradients)

    evolution.discriminator.step = watched
    model = evolution.run()
    rates = RateSchedule("cosine", config.steps)
    assert seen == pytest.approx([4e-3 * rates.factor(n) for n in range(config.steps)])
    (last,) = {group["lr"] for each in model.population for group in each.optimizer.param_groups}
    assert last == pytest.approx(1e-3 * rates.factor(config.steps - 1))


def test_the_penalty_weighs_as_the_adversarial_loss_does(tiny_config, split, tmp_path):
    config = dataclasses.replace(
        tiny_config, imbalance="auto", source_weight=0.25, gradient_penalty=8.0
    )
    evolution = Evolution(
        config, split, RunFolder.create(tmp_path / "r", config), [], StopRequest()
    )
    assert evolution.discriminator.loss.source_weight == 0.25
    assert evolution.discriminator.penalty == 2.0
    evolution.run()  # which closes its log


@pytest.mark.parametrize("on_device", [False, True])
def test_every_way_of_breeding_gives_the_same_run_at_rates_that_change(
    tiny_config, split, tmp_path, on_device, monkeypatch
):
    monkeypatch.setattr(capture, "is_wanted", lambda device: on_device)

    def evolve(way):
        config = dataclasses.replace(
            tiny_config, imbalance="auto", breeding=way, recipe="best", rate_schedule="cosine",
            learning_rate=3e-3, generator_learning_rate=5e-4, class_loss="balanced-softmax",
            generated_class_weight=0.0, source_weight=0.03,
        )  # fmt: skip
        folder = RunFolder.create(tmp_path / way, config)
        return Evolution(config, split, folder, [], StopRequest()).run().discriminator.state_dict()

    plain, other = evolve("plain"), evolve("shared")
    for name, value in plain.items():
        torch.testing.assert_close(other[name], value, rtol=1e-3, atol=1e-4)
