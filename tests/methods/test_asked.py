"""Whatever a run takes, a method of a benchmark takes in its spec."""

import dataclasses
import json

import pytest

from geneticgan.benchmark.cell import Cell
from geneticgan.config import TrainConfig
from geneticgan.errors import ConfigError, PluginError
from geneticgan.methods.asked import absorbed, read_method, with_given
from geneticgan.methods.oscn import OsCN
from geneticgan.methods.wgan import WGAN

LONG = (
    "aggan:schedule=linear(T=10,period=500),selection=threshold,fitness=class-balanced,lambda=0,"
    "mutations=nonsat+lsgan(b=0.9)+hinge,augmentation=flip+cutout,learning-rate=1e-3"
)


def test_options_of_the_run_stand_in_the_spec():
    _, given = read_method(LONG)
    assert given == {
        "schedule": "linear:T=10,period=500", "selection": "threshold",
        "fitness": "class-balanced", "lambda_": 0.0, "mutations": "nonsat,lsgan:b=0.9,hinge",
        "augmentation": "flip,cutout", "learning_rate": 1e-3,
    }  # fmt: skip
    base = TrainConfig(T=7.0)
    assert with_given(base, given) == dataclasses.replace(base, **given)


def test_options_of_the_method_come_first_and_the_spec_wins_over_tuned_values():
    tuned = {"views": 3, "classifier_learning_rate": 0.5, "tau": 2.0}
    method, given = read_method("oscn:views=2,classifier_learning_rate=1e-3", tuned)
    assert isinstance(method, OsCN)
    assert method.views == 2
    assert given == {"classifier_learning_rate": 1e-3, "tau": 2.0}
    method, given = read_method("wgan:critic_steps=3,clip=0.02")
    assert isinstance(method, WGAN)
    assert (method.critic_steps, method.clip, given) == (3, 0.02, {})


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("agan", PluginError, "did you mean 'aggan'"),
        ("aggan:shedule=zero", PluginError, "has no option 'shedule'; it has: none; did you mean"
         " 'schedule'"),
        ("oscn:view=2", PluginError, "has no option 'view'; it has: views; did you mean 'views'"),
        ("aggan:lambda=much", ConfigError, "lambda takes a number, got 'much'"),
        ("aggan:imbalance=as-is", ConfigError, "'aggan' cannot have its own imbalance"),
        ("oscn:views=x", PluginError, "option views takes int, got 'x'"),
    ],
)  # fmt: skip
def test_what_is_no_option_is_named_with_the_nearest_spelling(text, error, message):
    with pytest.raises(error, match=message):
        read_method(text)


def test_the_ranges_are_those_of_a_run():
    with pytest.raises(ConfigError, match="lambda must be at least 0"):
        with_given(TrainConfig(), read_method("aggan:lambda=-1")[1])


def test_what_is_asked_for_wins_over_what_a_method_sets(task):
    """E-GAN always accepts, unless another selection is asked for; WGAN keeps its budget."""
    for spec, selection, steps in (
        ("egan", "always", 6),
        ("egan:selection=threshold,mutations=nonsat", "threshold", 6),
        ("wgan:critic_steps=2,steps=8", "always", 4),
    ):
        base = dataclasses.replace(task.config, steps=6, width=2)
        method, config, given = Cell(spec, base).make()
        method.fit(dataclasses.replace(task, config=config, given=given))
        saved = json.loads((task.folder / "config.json").read_text())["options"]
        assert (saved["selection"], saved["steps"]) == (selection, steps)
        if "mutations" in given:
            assert saved["mutations"] == "nonsat"


def test_a_run_takes_the_spec_of_a_benchmark():
    config = absorbed(TrainConfig(method="aggan:lambda=0,schedule=linear(T=10)", width=8))
    assert config == TrainConfig(lambda_=0.0, schedule="linear:T=10", width=8)
    config = absorbed(TrainConfig(method="oscn:views=2,classifier_learning_rate=0.5"))
    assert config == TrainConfig(method="oscn:views=2", classifier_learning_rate=0.5)
    assert absorbed(TrainConfig(method="egan")) == TrainConfig(method="egan")
    assert absorbed(TrainConfig(method="wgan", steps=50)).steps == 50


@pytest.mark.parametrize(
    ("spec", "rate"),
    [
        ("aggan", None),
        ("aggan:learning_rate=0.003", 3e-3),
        ("aggan:recipe=best", None),
        ("aggan:recipe=paper", 2e-4),
        ("aggan:architecture=convolutional", None),
    ],
)
def test_one_method_of_many_has_the_rate_that_is_asked_for_or_leaves_it_to_its_architecture(
    spec, rate
):
    base = TrainConfig(architecture="projected")
    assert with_given(base, read_method(spec)[1]).learning_rate == rate


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"method": "egan:selection=threshold"}, "'egan' sets selection to 'always' itself, not "),
        ({"method": "acgan", "mutations": "hinge"}, "'acgan' sets mutations to 'nonsat' itself"),
        ({"method": "acgan,egan"}, "name one method, got 'acgan,egan'"),
    ],
)
def test_a_run_asks_for_nothing_that_its_method_would_undo(values, message):
    with pytest.raises(ConfigError, match=message):
        absorbed(TrainConfig(**values))
