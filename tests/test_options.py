"""Options are defined once, and everything made of the definitions says the same."""

import dataclasses
import shlex
import tomllib

import click
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geneticgan.changes import CHANGES
from geneticgan.config import OPTIONS, TrainConfig, read_setting, read_toml
from geneticgan.errors import ConfigError
from geneticgan.methods.unused import settled
from geneticgan.options.command import as_toml, command
from geneticgan.recipes import RECIPES
from geneticgan_cli.commands.train import train
from geneticgan_cli.options import resolve_config

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


def values_of(defined):
    """Every value that an option takes."""
    if defined.name == "augmentation":
        found = st.lists(st.sampled_from(CHANGES), min_size=1).map(",".join) | st.just("none")
    elif defined.name == "device":
        found = st.sampled_from(("auto", "cpu", "cuda", "cuda:3"))
    elif defined.choices:
        found = st.sampled_from(defined.choices)
    elif defined.kind is bool:
        found = st.booleans()
    elif defined.kind is int:
        found = st.integers(int(defined.minimum), defined.maximum)
    elif defined.kind is float:
        found = st.floats(
            defined.minimum, defined.maximum, exclude_min=defined.above,
            exclude_max=defined.below, allow_nan=False, allow_infinity=False,
        )  # fmt: skip
    else:
        found = TEXT
    return found | st.none() if defined.optional else found


CONFIGS = st.fixed_dictionaries(
    {}, optional={name: values_of(each) for name, each in OPTIONS.items()}
).map(lambda values: TrainConfig(**values))


def typed(text):
    """The config that a command line makes."""
    words = shlex.split(text)
    assert words[:2] == ["geneticgan", "train"]
    return resolve_config(train.make_context("train", words[2:]))


@settings(deadline=None)
@given(CONFIGS)
@example(TrainConfig(augmentation="none"))
@example(TrainConfig(recipe="paper"))
@example(TrainConfig(recipe="paper", augmentation="deformation", generator_learning_rate=1e-3))
@example(TrainConfig(generator_learning_rate=None, dataset="--width", data_root="none"))
@example(TrainConfig(imbalance="two-class:positive=a b,negative='c", download=True))
def test_the_command_of_a_config_makes_that_very_config(config):
    assert typed(command(config)) == config


@settings(deadline=None)
@given(CONFIGS)
@example(TrainConfig(generator_learning_rate=None, skip_corrupt=True))
def test_the_toml_of_a_config_makes_that_very_config(config):
    kept = dataclasses.replace(config, data_root=None)  # "none" is a text of its own there
    assert TrainConfig.from_mapping(tomllib.loads(as_toml(kept)), "here") == kept


@pytest.mark.parametrize("method", ["aggan", "acgan", "oscn", "dos"])
@pytest.mark.parametrize("words", ["", "--recipe paper", "--architecture projected:size=32"])
def test_the_command_of_a_run_is_one_that_its_method_takes(method, words):
    config = typed(f"geneticgan train --method {method} {words}")
    text = command(config)
    assert typed(text) == config
    typed_flags = set(shlex.split(text))
    named = {name for name, defined in OPTIONS.items() if defined.flag in typed_flags}
    assert named == {word for word in ("recipe", "architecture") if word in words} | (
        {"method"} if method != "aggan" else set()
    )
    assert settled(config, named) == config


@pytest.mark.parametrize("words", ["--steps 5 --set steps=6", "--set steps=6 --steps 5"])
def test_an_option_is_given_once(words):
    with pytest.raises(ConfigError, match="steps is given twice; leave out --set steps=6"):
        typed(f"geneticgan train {words}")


@settings(deadline=None)
@given(CONFIGS)
def test_json_gives_back_the_config(config):
    assert TrainConfig.from_mapping(config.to_json(), "here") == config


@settings(deadline=None)
@given(st.data())
def test_set_takes_every_option_as_it_is_written(data):
    defined = data.draw(st.sampled_from(list(OPTIONS.values())))
    value = data.draw(values_of(defined))
    if value is None and defined.kind is str:
        return
    for name in (defined.spelled, defined.spelled.replace("_", "-")):
        assert read_setting(f"{name}={defined.text(value)}") == (defined.name, value)


def test_what_was_typed_wins_over_the_file(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text('generator-learning-rate = "none"\nclip = 0.5\nlambda = 2\nwidth = 8\n')
    words = ["--config", str(path), "--set", "clip=0.25", "--width", "4"]
    ctx = train.make_context("train", words)
    config = resolve_config(ctx, path)
    assert config.generator_learning_rate is None
    assert (config.clip, config.lambda_, config.width) == (0.25, 2, 4)
    assert set(read_toml(path)) == {"generator_learning_rate", "clip", "lambda_", "width"}
    assert tomllib.loads(path.read_text())["lambda"] == 2


@pytest.mark.parametrize("defined", OPTIONS.values(), ids=lambda each: each.name)
def test_a_definition_says_what_it_is(defined):
    assert defined.help.endswith(".")
    assert defined.help[0].isupper()
    assert defined.group
    begun = [getattr(TrainConfig(recipe=name), defined.name) for name in RECIPES]
    for value in begun:
        defined.check(value)
    with pytest.raises(ConfigError, match=f"^{defined.spelled} cannot be "):
        defined.check(object())


def test_train_has_the_flags_of_every_day():
    flags = {name for each in train.params if isinstance(each, click.Option) for name in each.opts}
    assert flags >= {
        "--mutations", "--T", "--alpha", "--schedule", "--fitness", "--selection", "--lambda",
        "--population", "--steps", "--batch-size", "--width", "--dataset", "--data-root",
        "--image-size", "--augmentation", "--recipe", "--seed", "--device", "--precision",
        "--imbalance", "--set",
    }  # fmt: skip
    of_the_command = {
        "--out", "--from", "--config", "--set", "--all-options", "--tensorboard", "--film",
        "--dry-run",
    }  # fmt: skip
    assert flags - of_the_command <= {each.flag for each in OPTIONS.values()}
    assert len(flags - of_the_command) <= 27
    assert not flags & {each.flag for each in OPTIONS.values() if each.expert}
