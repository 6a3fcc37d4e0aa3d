"""Options in groups, with defaults from the config, and a TOML file under the flags."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from geneticgan.config import (
    BREEDINGS,
    CLASS_LOSSES,
    GUIDANCES,
    OVERSAMPLINGS,
    PLACES,
    PRECISIONS,
    PROFILES,
    RATE_SCHEDULES,
    SETTINGS,
    WEIGHTINGS,
    TrainConfig,
    read_toml,
)
from geneticgan.recipes import DEFAULT_RECIPE, RECIPES, SET_BY_RECIPES
from geneticgan_cli.device import DEVICE
from geneticgan_cli.grouped import Counts, GroupedOption

DEFAULTS = {field.name: field.default for field in dataclasses.fields(TrainConfig)}


def _option(heading: str, flag: str, help_text: str, **kwargs: Any) -> Callable[..., Any]:
    name = kwargs.pop("name", flag.lstrip("-").replace("-", "_"))
    if name in SET_BY_RECIPES:
        kwargs.setdefault("show_default", "by the recipe")
    elif name in DEFAULTS:
        kwargs.setdefault("default", DEFAULTS[name])
        kwargs.setdefault("show_default", DEFAULTS[name] is not None)
    return click.option(flag, name, cls=GroupedOption, heading=heading, help=help_text, **kwargs)


POSITIVE = click.FloatRange(min=0, min_open=True)
COUNT = click.IntRange(min=1)

SEED = _option(
    "Training",
    "--seed",
    "Draws the imbalanced subset and everything else.",
    type=click.IntRange(min=0),
)

DATA_OPTIONS = [
    _option(
        "Data",
        "--data-root",
        "Folder (or archive, or file) of the data set.",
        type=click.Path(),
        show_default="./data, where the set has a usual form",
    ),
    _option(
        "Data",
        "--image-size",
        "Pixels; for data sets of free size.",
        type=click.Choice(["8", "16", "28", "32", "64", "128"]),
    ),
    _option("Data", "--download", "Fetch the files if they are missing.", is_flag=True),
    _option("Data", "--skip-corrupt", "Go on without images that cannot be read.", is_flag=True),
    _option(
        "Data",
        "--setting",
        "multi-class: the data set's own imbalanced counts; two-class: a majority and a minority; "
        "as-is: all its images.",
        type=click.Choice(SETTINGS),
    ),
    _option(
        "Data",
        "--ratio",
        "Largest over smallest count, of two classes or a profile.",
        type=click.FloatRange(min=1),
        show_default="100",
    ),
    _option(
        "Data",
        "--positive",
        "Majority class of two.",
        show_default="the data set's, of the paper's Table II",
    ),
    _option("Data", "--negative", "Minority class of two.", show_default="likewise"),
    _option(
        "Data",
        "--profile",
        "Counts that fall geometrically, or in one step, from --largest by --ratio; overrides the "
        "setting.",
        type=click.Choice(PROFILES),
    ),
    _option(
        "Data",
        "--largest",
        "Images of the largest class, of two classes or a profile.",
        type=COUNT,
        show_default="as many as there are",
    ),
    _option("Data", "--counts", "Images of each class, overriding all of these.", type=Counts()),
    _option(
        "Data",
        "--oversampling",
        "How classes are balanced: batches draws every label of a batch evenly, exact shuffles a "
        "list in which minority images are repeated until all classes are equally large; root "
        "draws by the square root of the classes' sizes, weights as the data are, and both let an "
        "image count for more the smaller its class.",
        type=click.Choice(OVERSAMPLINGS),
    ),
]

TRAIN_OPTIONS = [
    _option(
        "Evolution",
        "--recipe",
        "Where options begin: paper, the published method; best, what was measured to be better.",
        type=click.Choice(list(RECIPES)),
        default=DEFAULT_RECIPE,
    ),
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
    _option("Evolution", "--fitness", "What an offspring is worth, a plugin."),
    _option(
        "Evolution",
        "--selection",
        "Who survives, a plugin: annealing, elitist, always (E-GAN), threshold, nsga2, amosa or "
        "random.",
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
        "--offspring-steps",
        "Optimizer steps that make an offspring, each on latents of its own.",
        type=COUNT,
    ),
    _option(
        "Evolution",
        "--fitness-batches",
        "Generated batches that the fitness is taken on; more than 1 is bred the plain way.",
        type=COUNT,
    ),
    _option(
        "Evolution",
        "--breeding",
        "How a generation is computed; slow to fast: plain, shared, resident (for CUDA).",
        type=click.Choice(BREEDINGS),
    ),
    _option("Data", "--dataset", "Data set, a plugin; see: geneticgan datasets list."),
    *DATA_OPTIONS,
    _option(
        "Data",
        "--augmentation",
        "Random changes of every image that a network learns from, generated ones too: none, as in "
        "the paper, or some of flip,translation,deformation,cutout.",
    ),
    _option(
        "Data",
        "--validation-fraction",
        "Share of the training images held out to watch; 0 "
        "for none, else at least 2 of each class.",
        type=click.FloatRange(0, 1, max_open=True),
    ),
    _option("Training", "--steps", "Generations; each sees one batch of real images.", type=COUNT),
    _option("Training", "--batch-size", "Real images of a batch.", type=click.IntRange(min=2)),
    _option("Training", "--architecture", "Family of networks, a plugin."),
    _option("Training", "--width", "Channels of the networks' narrowest layer.", type=COUNT),
    _option("Training", "--latent-dim", "Length of the latent vector.", type=COUNT),
    _option(
        "Training",
        "--learning-rate",
        "Adam's learning rate for the discriminator, before the rate schedule.",
        type=POSITIVE,
    ),
    _option(
        "Training",
        "--generator-learning-rate",
        "Adam's learning rate for the generators.",
        type=POSITIVE,
    ),
    _option(
        "Training",
        "--classifier-learning-rate",
        "Adam's learning rate for the separate classifiers.",
        type=POSITIVE,
    ),
    _option(
        "Training",
        "--rate-schedule",
        "How learning rates change over the training: constant, or falling to 0 along a cosine.",
        type=click.Choice(RATE_SCHEDULES),
    ),
    _option(
        "Training",
        "--class-loss",
        "What the discriminator's class head learns by on real images: cross-entropy, as in the "
        "paper, or balanced-softmax, in which classes that are drawn less often are favoured.",
        type=click.Choice(CLASS_LOSSES),
    ),
    _option(
        "Training",
        "--generated-class-weight",
        "Of the class loss on generated images in what the discriminator learns: 1 in the paper; "
        "0: its class head learns from real images alone.",
        type=click.FloatRange(min=0),
    ),
    _option(
        "Training",
        "--generated-class-weighting",
        "What a generated image counts in that loss: even, all alike, as in the paper; "
        "confidence, by how sure the guiding class head is that it shows its label; auto, even "
        "with two classes, confidence with more.",
        type=click.Choice(WEIGHTINGS),
    ),
    _option(
        "Training",
        "--class-guidance",
        "Which class head generators learn from: shared, the classifier itself, as in the paper; "
        "real, a second one that learns from real images alone; auto, shared with two classes, "
        "real with more.",
        type=click.Choice(GUIDANCES),
    ),
    SEED,
    _option("Machine", "--device", "Where to compute.", type=DEVICE),
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
        "--tensorboard",
        "Write scalars and samples for TensorBoard to the run's folder.",
        is_flag=True,
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
    return _add(TRAIN_OPTIONS, function)


def data_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which images a data set gives."""
    return _add([*DATA_OPTIONS, SEED], function)


def _add(options: Sequence[Callable[..., Any]], function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(options):
        function = option(function)
    return function


def resolve_config(
    ctx: click.Context, config_file: Path | None = None, **values: Any
) -> TrainConfig:
    """Return the config: the recipe's, then the TOML file's, then the flags that were typed.

    Parameters
    ----------
    ctx : click.Context
        Of the command.
    config_file : Path or None
        The TOML file.
    **values
        Options that are no flags of the command; they win over everything.

    Raises
    ------
    ConfigError
        If the file cannot be read or a value cannot be used.
    """
    found = read_toml(config_file) if config_file is not None else {}
    for name in DEFAULTS:
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            found[name] = ctx.params[name]
    found |= values
    if isinstance(found.get("image_size"), str):
        found["image_size"] = int(found["image_size"])
    return TrainConfig.from_mapping(found, str(config_file) if config_file else "command line")
