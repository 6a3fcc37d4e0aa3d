"""The flags of a run, made from the definitions of its options, and its TOML file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from geneticgan.config import OPTIONS, TrainConfig, read_setting, read_toml
from geneticgan.errors import ConfigError
from geneticgan.options.definition import BY_RECIPE, Option, named
from geneticgan.options.machine import RUN
from geneticgan_cli.completion import GROUPS, complete_plugins
from geneticgan_cli.device import DEVICE
from geneticgan_cli.grouped import GroupedOption
from geneticgan_cli.saying import say

Decorator = Callable[..., Any]

OF_CHOICE = (
    *("steps", "batch_size", "width", "augmentation", "recipe", "calibration", "device"),
    "precision",
)
"""Options for which ``choose`` has flags, besides those of the images."""

OF_IMAGES = ("data_root", "image_size", "download", "skip_corrupt", "imbalance", "seed")
"""Options that, besides its name, determine the images of a data set."""


def flag(name: str, **other: Any) -> Decorator:
    """Return the flag of an option as defined; keywords in ``other`` override the definition."""
    defined = OPTIONS[name]
    values: dict[str, Any] = {"help": defined.help, "heading": defined.group}
    if name in GROUPS:
        values["shell_complete"] = complete_plugins
    if defined.kind is bool:
        values["is_flag"] = True
    else:
        values["type"] = click_type(defined)
        by_recipe = defined.default is BY_RECIPE
        values["default"] = None if by_recipe else defined.default
        values["show_default"] = defined.default_text if by_recipe or defined.shown else True
    return click.option(defined.flag, name, cls=GroupedOption, **{**values, **other})


def click_type(defined: Option) -> click.ParamType[Any]:
    """Return the type of a flag: a choice, a number in a range, or a text."""
    if defined.name == "device":
        return DEVICE
    if defined.choices:
        return click.Choice([str(choice) for choice in defined.choices])
    if defined.kind is int:
        return click.IntRange(
            None if defined.minimum is None else int(defined.minimum),
            None if defined.maximum is None else int(defined.maximum),
        )
    if defined.kind is float:
        return click.FloatRange(defined.minimum, defined.maximum, defined.above, defined.below)
    return click.Path() if defined.name == "data_root" else click.STRING


SET = click.option(
    "--set",
    "settings",
    cls=GroupedOption,
    heading=RUN,
    multiple=True,
    metavar="NAME=VALUE",
    help="Set any option, even one without a flag, such as clip=0.05; may be repeated.",
)


def show_all_options(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Print every option of a run by heading, and exit."""
    if not wanted:
        return
    formatter = ctx.make_formatter()
    for heading in dict.fromkeys(each.group for each in OPTIONS.values()):
        of_group = [each for each in OPTIONS.values() if each.group == heading]
        with formatter.section(heading):
            formatter.write_dl([(each.spelled, described(each)) for each in of_group])
    say(formatter.getvalue().strip())
    ctx.exit()


def described(defined: Option) -> str:
    """Return an option's help, followed in brackets by its range and default."""
    facts = [defined.range_text]
    facts += [f"default: {defined.default_text}"] if defined.default_text else []
    said = "; ".join(fact for fact in facts if fact)
    return f"{defined.help}  [{said}]" if said else defined.help


ALL_OPTIONS = click.option(
    "--all-options",
    cls=GroupedOption,
    heading=RUN,
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=show_all_options,
    help="Show every option that --set and a TOML file accept, and exit.",
)

OF_RUN = [
    click.option(
        "--out",
        cls=GroupedOption,
        heading=RUN,
        help="The run folder to create.",
        type=click.Path(path_type=Path),
        show_default="the next free runs/<dataset>-<number>",
    ),
    click.option(
        "--from",
        "start",
        cls=GroupedOption,
        heading=RUN,
        help="A run folder whose networks are trained further, on images of the same classes or "
        "more; method, image size and the networks' options are taken from that run unless given.",
        type=click.Path(path_type=Path),
    ),
    click.option(
        "--config",
        "config_file",
        cls=GroupedOption,
        heading=RUN,
        help="A TOML file of options; flags override it.",
        type=click.Path(path_type=Path),
    ),
    SET,
    ALL_OPTIONS,
    click.option(
        "--tensorboard",
        cls=GroupedOption,
        heading=RUN,
        help="Write scalars and samples for TensorBoard to the run's folder.",
        is_flag=True,
    ),
    click.option(
        "--film",
        cls=GroupedOption,
        heading=RUN,
        help="Make a film of how the generators learn: samples/film.webp.",
        is_flag=True,
    ),
    click.option(
        "--dry-run",
        cls=GroupedOption,
        heading=RUN,
        help="Check everything and show the resolved options without training.",
        is_flag=True,
    ),
]


def train_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of ``train`` to a command."""
    flags = [flag(name) for name, defined in OPTIONS.items() if not defined.expert]
    return add_options([*flags, *OF_RUN], function)


def data_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that determine the images of a data set."""
    return add_options([*map(flag, OF_IMAGES), SET], function)


def choice_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a run for which ``choose`` has flags."""
    steps = flag(
        "steps", default=None, show_default="as many as fit", help="The steps of each training."
    )
    others = [flag(name) for name in OF_CHOICE if name != "steps"]
    return add_options([flag("dataset"), *map(flag, OF_IMAGES), steps, *others, SET], function)


def add_options(options: Sequence[Decorator], function: Callable[..., Any]) -> Callable[..., Any]:
    """Add options to a command in their order."""
    for option in reversed(options):
        function = option(function)
    return function


def given_options(ctx: click.Context) -> dict[str, Any]:
    """Return the options of a run that were typed as flags or after ``--set``, by name.

    Raises
    ------
    ConfigError
        If ``--set`` names an unknown option, or one that was also given as a flag.
    """
    found: dict[str, Any] = {}
    for name, defined in OPTIONS.items():
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            value = ctx.params[name]
            chosen = defined.choices and isinstance(value, str)
            found[name] = defined.read(value) if chosen else value
    for text in ctx.params.get("settings", ()):
        name, value = read_setting(text)
        if name in found:
            raise ConfigError(f"{OPTIONS[name].spelled} is given twice; leave out --set {text}")
        found[name] = value
    return found


def named_options(ctx: click.Context, config_file: Path | None = None) -> set[str]:
    """Return the names of the options of a run that were typed or are set in the TOML file."""
    found = read_toml(config_file) if config_file is not None else {}
    return {named(OPTIONS, name).name for name in found} | set(given_options(ctx))


def resolve_config(
    ctx: click.Context,
    config_file: Path | None = None,
    taken: Mapping[str, Any] = {},
    **values: Any,
) -> TrainConfig:
    """Return the config from, in rising priority: recipe, ``taken``, TOML file, flags, ``values``.

    Parameters
    ----------
    ctx : click.Context
        The context of the command.
    config_file : Path or None
        The TOML file.
    taken : mapping
        Options that the TOML file and flags override.
    **values
        Options that are not flags of the command; they override everything.

    Raises
    ------
    ConfigError
        If the file cannot be read or a value cannot be used.
    """
    found = {**taken, **(read_toml(config_file) if config_file is not None else {})}
    found |= given_options(ctx) | values
    return TrainConfig.from_mapping(found, str(config_file) if config_file else "command line")
