"""Options in groups, with defaults from the config, and a TOML file under the flags."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from geneticgan.config import (
    BREEDINGS,
    DEVICES,
    PLACES,
    PRECISIONS,
    SETTINGS,
    TrainConfig,
    read_toml,
)

DEFAULTS = {field.name: field.default for field in dataclasses.fields(TrainConfig)}


class GroupedOption(click.Option):
    """An option that --help shows under a heading."""

    def __init__(self, *args: Any, heading: str = "Other options", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heading = heading


class GroupedCommand(click.Command):
    """A command whose --help shows its options under their headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a section for each heading, in the order of declaration."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                heading = getattr(parameter, "heading", "Other options")
                sections.setdefault(heading, []).append(record)
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)


class Counts(click.ParamType[tuple[int, ...]]):
    """Whole numbers separated by commas."""

    name = "N,N,..."

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Return the numbers; fails with a sentence on anything else."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(int(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is not a list of whole numbers such as 400,200,100", param, ctx)


def _option(heading: str, flag: str, help_text: str, **kwargs: Any) -> Callable[..., Any]:
    name = kwargs.pop("name", flag.lstrip("-").replace("-", "_"))
    if name in DEFAULTS:
        kwargs.setdefault("default", DEFAULTS[name])
        kwargs.setdefault("show_default", DEFAULTS[name] is not None)
    return click.option(flag, name, cls=GroupedOption, heading=heading, help=help_text, **kwargs)


POSITIVE = click.FloatRange(min=0, min_open=True)
COUNT = click.IntRange(min=1)

TRAIN_OPTIONS = [
    _option(
        "Evolution",
        "--mutations",
        "Adversarial objectives, an offspring for each; options "
        "after a colon, as in nonsat,lsgan:b=0.9.",
    ),
    _option(
        "Evolution",
        "--schedule",
        "Annealing schedule, as in exponential or linear:T=10,period=500.",
    ),
    _option(
        "Evolution",
        "--T",
        "Initial temperature, given to the schedule.",
        name="T",
        type=click.FloatRange(min=0),
        show_default="1000 for exponential",
    ),
    _option(
        "Evolution",
        "--alpha",
        "Annealing coefficient in (0, 1], given to the schedule.",
        type=click.FloatRange(0, 1, min_open=True),
        show_default="0.99 for exponential",
    ),
    _option(
        "Evolution",
        "--lambda",
        "Weight of diversity in the fitness.",
        name="lambda_",
        type=click.FloatRange(min=0),
    ),
    _option("Evolution", "--population", "Generators that survive a generation.", type=COUNT),
    _option(
        "Evolution",
        "--breeding",
        "How a generation is computed; slow to fast: plain, shared, resident (for CUDA).",
        type=click.Choice(BREEDINGS),
    ),
    _option("Data", "--dataset", "Data set, a plugin: digits, fashion-mnist, folder, ..."),
    _option("Data", "--data-root", "Folder of the data set's files.", type=click.Path()),
    _option(
        "Data",
        "--image-size",
        "Pixels; for data sets of free size.",
        type=click.Choice(["8", "16", "28", "32", "64", "128"]),
    ),
    _option(
        "Data",
        "--setting",
        "multi-class: the data set's own imbalanced counts; as-is: all its images.",
        type=click.Choice(SETTINGS),
    ),
    _option("Data", "--counts", "Images of each class, overriding the setting.", type=Counts()),
    _option(
        "Data",
        "--validation-fraction",
        "Share of the training images held out to watch; 0 "
        "for none, else at least 2 of each class.",
        type=click.FloatRange(0, 1, max_open=True),
    ),
    _option("Training", "--steps", "Generations; each sees one batch of real images.", type=COUNT),
    _option("Training", "--batch-size", "Real images of a batch.", type=click.IntRange(min=2)),
    _option("Training", "--width", "Channels of the networks' narrowest layer.", type=COUNT),
    _option("Training", "--latent-dim", "Length of the latent vector.", type=COUNT),
    _option(
        "Training", "--learning-rate", "Of Adam, for generators and discriminator.", type=POSITIVE
    ),
    _option(
        "Training",
        "--classifier-learning-rate",
        "Of Adam, for the separate classifiers.",
        type=POSITIVE,
    ),
    _option(
        "Training",
        "--seed",
        "Draws the imbalanced subset and everything else.",
        type=click.IntRange(min=0),
    ),
    _option("Machine", "--device", "Where to compute.", type=click.Choice(DEVICES)),
    _option(
        "Machine", "--precision", "Of forward and backward passes.", type=click.Choice(PRECISIONS)
    ),
    _option(
        "Machine",
        "--images-on",
        "Where training images are kept; from the host they are streamed. auto: the device, if "
        "they take at most half of what is free there.",
        type=click.Choice(PLACES),
    ),
    _option(
        "Run",
        "--out",
        "Run folder to make.",
        type=click.Path(path_type=Path),
        show_default="the next free runs/<dataset>-<number>",
    ),
    _option(
        "Run", "--validate-every", "Generations between looks at the validation part.", type=COUNT
    ),
    _option("Run", "--checkpoint-every", "Generations between checkpoints.", type=COUNT),
    _option(
        "Run",
        "--config",
        "TOML file of options; flags win over it.",
        name="config_file",
        type=click.Path(path_type=Path),
    ),
    _option(
        "Run",
        "--dry-run",
        "Check everything, show the resolved options, train nothing.",
        is_flag=True,
    ),
]


def train_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of ``train`` to a command."""
    for option in reversed(TRAIN_OPTIONS):
        function = option(function)
    return function


def resolve_config(ctx: click.Context, config_file: Path | None) -> TrainConfig:
    """Return the config: defaults, then the TOML file, then the flags that were typed.

    Raises
    ------
    ConfigError
        If the file cannot be read or a value cannot be used.
    """
    values = read_toml(config_file) if config_file is not None else {}
    for name in DEFAULTS:
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            values[name] = ctx.params[name]
    if isinstance(values.get("image_size"), str):
        values["image_size"] = int(values["image_size"])
    return TrainConfig.from_mapping(values, str(config_file) if config_file else "command line")
