"""What the commands that fill a grid of cells have in common."""

from __future__ import annotations

import shlex
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import click

from geneticgan.recipes import DEFAULT_RECIPE, RECIPES
from geneticgan_cli.device import DEVICE

OPTIONS = [
    click.option(
        "--table",
        type=click.Choice(["iv", "v"]),
        default="v",
        show_default=True,
        help="The paper's: iv, two classes at --ratios; v, all classes.",
    ),
    click.option(
        "--datasets",
        required=True,
        help="Data sets, as in mnist,folder:data_root=images,image_size=32.",
    ),
    click.option("--seeds", type=click.IntRange(min=1), default=5, show_default=True),
    click.option(
        "--ratios", default="10,50,100", show_default=True, help="Imbalance ratios of table iv."
    ),
    click.option(
        "--protocols",
        default="head",
        show_default=True,
        help="head: the method's own class head at the end; head-calibrated: the same with an "
        "offset for each class, fitted on the validation images; augment: a fresh classifier on "
        "real and generated images; calibrate: Os+CN with offsets fitted on generated images; "
        "paper-peek: the best of many looks at the test part. Plugins of the group "
        "geneticgan.protocols, see: geneticgan plugins list.",
    ),
    click.option(
        "--validation-fraction",
        type=click.FloatRange(0, 1, max_open=True),
        default=0.1,
        show_default=True,
        help="Share of each class that is held out of the training images; with 0 a method trains "
        "on all of them, and nothing can be tuned or calibrated on held-out images.",
    ),
    click.option(
        "--recipe",
        type=click.Choice(list(RECIPES)),
        default=DEFAULT_RECIPE,
        show_default=True,
        help="Where every method's learning rates, their schedule, the class loss of the GANs and "
        "the augmentation begin: best, what was measured to be better; paper, as published. A "
        "method may have another one: aggan:recipe=paper.",
    ),
    click.option("--steps", type=click.IntRange(min=1), default=3000, show_default=True),
    click.option("--width", type=click.IntRange(min=1), default=32, show_default=True),
    click.option("--batch-size", type=click.IntRange(min=2), default=50, show_default=True),
    click.option(
        "--augmentation",
        show_default="by the recipe",
        help="Random changes of every image that a method learns from: none, as in the paper, or "
        "some of flip,translation,deformation,cutout.",
    ),
    click.option("--data-root", type=click.Path(), help="Where data sets are that name no place."),
    click.option(
        "--device", type=DEVICE, default="auto", show_default=True, help="Where to compute."
    ),
    click.option("--precision", default="float32", show_default=True),
    click.option(
        "--out", type=click.Path(path_type=Path), required=True, help="Folder of the results."
    ),
    click.option(
        "--launcher", type=click.Choice(["local", "ray"]), default="local", show_default=True
    ),
    click.option(
        "--workers", type=click.IntRange(min=1), show_default="cores", help="Local processes."
    ),
    click.option("--ray-address", help="Of a Ray cluster that runs already."),
    click.option(
        "--gpus-per-cell",
        type=click.FloatRange(min=0),
        default=0.0,
        show_default=True,
        help="With Ray.",
    ),
]


def grid_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a grid to a command."""
    for option in reversed(OPTIONS):
        function = option(function)
    return function


def run_grid(
    ctx: click.Context,
    /,
    methods: str,
    tuned: Path | None = None,
    tune: int | None = None,
    *,
    table: str,
    datasets: str,
    seeds: int,
    ratios: str,
    protocols: str,
    validation_fraction: float,
    recipe: str,
    steps: int,
    width: int,
    batch_size: int,
    augmentation: str | None,
    data_root: str | None,
    device: str,
    precision: str,
    out: Path,
    launcher: str,
    workers: int | None,
    ray_address: str | None,
    gpus_per_cell: float,
) -> None:
    """Fill the grid that the options describe, or choose values for it, under a screen.

    Exits with 130 after Ctrl-C, with 1 if a cell failed.
    """
    from rich.console import Console

    from geneticgan.benchmark.grid import fill, grid, read_tuned
    from geneticgan.benchmark.launchers import make_launcher
    from geneticgan.benchmark.tuning import tune as run_trials
    from geneticgan.config import BY_RECIPE, TrainConfig
    from geneticgan.registry import parse_specs
    from geneticgan_cli.grid_screen import GridScreen

    chosen = tuple(str(spec) for spec in parse_specs(protocols))
    base = TrainConfig(
        recipe=recipe,
        steps=steps,
        width=width,
        batch_size=batch_size,
        augmentation=BY_RECIPE if augmentation is None else augmentation,
        validation_fraction=validation_fraction,
        data_root=data_root,
        device=device,
        precision=precision,
    )
    values = read_tuned(tuned) if tuned else None
    numbers = [float(word) for word in number_list(ratios, "--ratios", "10,50,100")]
    cells = grid(table, datasets, methods, seeds, base, chosen, numbers, values)
    runner = make_launcher(launcher, workers, ray_address, gpus_per_cell)
    console, command = Console(), shlex.join(["geneticgan", *sys.argv[1:]])
    try:
        _second_ends_all()
        with GridScreen(console, runner.workers) as screen:
            if tune:
                text = run_trials(cells, tune, out, runner, screen.on_progress)
            else:
                result = fill(cells, out, runner, screen.on_progress, command)
    except KeyboardInterrupt:
        click.echo(f"Stopped; finished cells are kept. Go on with: {command}", err=True)
        ctx.exit(130)
    if tune:
        (out / "tuned.toml").write_text(text, encoding="utf-8")
        click.echo(f"Chosen values: {out / 'tuned.toml'}; use them with --tuned")
        return
    if result.failed:
        click.echo(f"{result.failed} cells failed; the same command tries them again.")
    click.echo(f"See the table: geneticgan compare {out}")
    click.echo(f"See the figures: geneticgan report {out}")
    if result.failed:
        ctx.exit(1)


def _second_ends_all() -> None:
    """Have the first Ctrl-C raise as usual, and a second one end this process without a word.

    The processes that compute end with it.
    """
    if threading.current_thread() is not threading.main_thread():
        return  # there Python delivers no signals

    def first(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, first)


def number_list(text: str, option: str, example: str) -> list[str]:
    """Return the words of a list of numbers, as typed; `ConfigError` if one is no number."""
    from geneticgan.errors import ConfigError

    words = [word.strip() for word in text.split(",")]
    try:
        [float(word) for word in words]
    except ValueError:
        raise ConfigError(f"{option} takes numbers such as {example}, got {text!r}") from None
    return words
