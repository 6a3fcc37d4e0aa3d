"""What the commands that fill a grid of cells have in common."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from geneticgan.errors import ConfigError
from geneticgan.options.machine import MACHINE, RUN
from geneticgan_cli.completion import complete_plugins
from geneticgan_cli.ending import INTERRUPTED, second_ends_all
from geneticgan_cli.grouped import GroupedOption
from geneticgan_cli.options import SET, add_options, flag, given_options, resolve_config
from geneticgan_cli.saying import say

GRID = "Grid"
CELL_SETS = {
    "dataset": "--datasets",
    "imbalance": "--imbalance",
    "method": "--methods",
    "seed": "--seeds",
}
"""Options of a run that differ between the cells of a grid, and the flags that set them."""


def _option(heading: str, flag_name: str, help_text: str, **kwargs: Any) -> Callable[..., Any]:
    names = [flag_name, *kwargs.pop("names", ())]
    return click.option(*names, cls=GroupedOption, heading=heading, help=help_text, **kwargs)


LAUNCHING = [
    _option(
        MACHINE,
        "--launcher",
        "The launcher that runs the cells.",
        type=click.Choice(["local", "ray"]),
        default="local",
        show_default=True,
    ),
    _option(
        MACHINE,
        "--workers",
        "The number of local processes.",
        type=click.IntRange(min=1),
        show_default="one per GPU, or one per core",
    ),
    _option(MACHINE, "--ray-address", "The address of a Ray cluster that is already running."),
    _option(
        MACHINE,
        "--gpus-per-cell",
        "The number of GPUs that Ray gives to a cell.",
        type=click.FloatRange(min=0),
        show_default="1 if Ray has any",
    ),
]
"""The options that say where cells run."""

OPTIONS = [
    _option(
        GRID,
        "--datasets",
        "The data sets, as in mnist,folder:data_root=images,image_size=32.",
        required=True,
        shell_complete=complete_plugins,
    ),
    _option(
        GRID,
        "--table",
        "The imbalances of a table of the paper: iv has two classes at --ratios; v has all classes "
        "with the data set's own counts.",
        type=click.Choice(["iv", "v"]),
        default="v",
        show_default=True,
    ),
    _option(
        GRID,
        "--ratios",
        "The imbalance ratios of table iv.",
        default="10,50,100",
        show_default=True,
    ),
    _option(
        GRID,
        "--imbalance",
        "An imbalance that replaces those of --table, such as exponential:ratio=50; may be "
        "repeated.",
        multiple=True,
        names=["imbalances"],
    ),
    _option(
        GRID,
        "--seeds",
        "The number of seeds: 0, 1, and so on.",
        type=click.IntRange(min=1),
        default=5,
        show_default=True,
    ),
    _option(
        GRID,
        "--protocols",
        "How trained methods are evaluated. head: the method's own class head at the end; "
        "head-calibrated: the same with an offset for each class, fitted on the validation "
        "images; augment: a fresh classifier on real and generated images; calibrate: Os+CN with "
        "offsets fitted on generated images; paper-peek: the best of many evaluations on the test "
        "part. They are plugins; see: geneticgan plugins list.",
        default="head",
        show_default=True,
        shell_complete=complete_plugins,
    ),
    flag("recipe"),
    flag("augmentation"),
    flag("validation_fraction"),
    flag("data_root", help="The folder of data sets that do not set their own."),
    flag("steps"),
    flag("batch_size"),
    flag("width"),
    flag("device"),
    flag("precision"),
    _option(
        RUN, "--out", "The folder of the results.", type=click.Path(path_type=Path), required=True
    ),
    SET,
    *LAUNCHING,
]


def grid_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a grid to a command."""
    return add_options(OPTIONS, function)


def run_grid(
    ctx: click.Context,
    /,
    methods: str,
    tuned: Path | None = None,
    tune: int | None = None,
    *,
    table: str,
    ratios: str,
    imbalances: tuple[str, ...],
    datasets: str,
    seeds: int,
    protocols: str,
    out: Path,
    launcher: str,
    workers: int | None,
    ray_address: str | None,
    gpus_per_cell: float | None,
    **_: Any,
) -> None:
    """Fill the grid that the options describe, or choose values for it, and show the progress.

    The exit status is 130 after Ctrl-C, and 1 if a cell failed.
    """
    from geneticgan.benchmark.grid import fill, grid, read_tuned, untuned
    from geneticgan.benchmark.launchers import make_launcher
    from geneticgan.benchmark.tuning import tune as run_trials
    from geneticgan.files import write_whole
    from geneticgan.jobs.rehearsing import rehearse_cells
    from geneticgan.methods.unused import check_any_uses
    from geneticgan.specs import parse_specs
    from geneticgan_cli.console import Console
    from geneticgan_cli.grid_screen import GridScreen

    chosen = tuple(str(spec) for spec in parse_specs(protocols))
    given = given_options(ctx)
    for name, instead in CELL_SETS.items():
        if name in given:
            raise ConfigError(f"{name} differs between the cells of a grid; set it with {instead}")
    base = resolve_config(ctx)
    check_any_uses(base, [str(spec) for spec in parse_specs(methods)], set(given))
    wanted = imbalances or _of_table(ctx, table, ratios)
    values = read_tuned(tuned) if tuned else None
    cells = grid(wanted, datasets, methods, seeds, base, chosen, values)
    if values and (defaults := untuned(values, cells)):
        say(f"{tuned} has no values for {', '.join(defaults)}: trained with default values.")
    runner = make_launcher(launcher, workers, ray_address, gpus_per_cell, base.device)
    rehearse_cells(cells, here=launcher == "local")
    console, command = Console(), shlex.join(["geneticgan", *sys.argv[1:]])
    try:
        second_ends_all()
        with GridScreen(console, runner.workers) as screen:
            if tune:
                text = run_trials(cells, tune, out, runner, screen.on_progress)
            else:
                result = fill(cells, out, runner, screen.on_progress, command)
    except KeyboardInterrupt:
        say(f"Stopped; finished cells are kept. Continue with: {command}", err=True)
        ctx.exit(INTERRUPTED)
    if tune:
        write_whole(out / "tuned.toml", text.encode())
        say(f"Chosen values: {out / 'tuned.toml'}; use them with --tuned")
        return
    if result.failed:
        say(f"{result.failed} cells failed; the same command tries them again.")
    say(f"See the table: geneticgan compare {shlex.quote(str(out))}")
    say(f"See the figures: geneticgan report {shlex.quote(str(out))}")
    if result.failed:
        ctx.exit(1)


def _of_table(ctx: click.Context, table: str, ratios: str) -> tuple[str, ...]:
    """Return the imbalances of a table of the paper."""
    from geneticgan.benchmark.grid import TABLES

    if table != "iv":
        return TABLES[table]
    return tuple(
        f"two-class:ratio={ratio}" for ratio in number_list(ratios, "--ratios", "10,50,100")
    )


def number_list(text: str, option: str, example: str) -> list[str]:
    """Return the items of a list of numbers as typed; `ConfigError` if one is not a number."""
    words = [word.strip() for word in text.split(",")]
    try:
        [float(word) for word in words]
    except ValueError:
        raise ConfigError(f"{option} takes numbers such as {example}, got {text!r}") from None
    return words
