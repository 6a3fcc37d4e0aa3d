"""``geneticgan tune``: find the training recipe that suits your own images."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

import click

from geneticgan_cli.grids import LAUNCHING
from geneticgan_cli.grouped import GroupedCommand, GroupedOption
from geneticgan_cli.options import OF_CHOICE as OF_TRAINING
from geneticgan_cli.options import OF_IMAGES, SET, add_options, flag, named_options, resolve_config
from geneticgan_cli.saying import say

HEADING = "Search"

OPTIONS = [
    click.option(
        "--search",
        cls=GroupedOption,
        heading=HEADING,
        type=click.Choice(["random", "annealing", "tpe"]),
        default="random",
        show_default=True,
        help="How recipes are found: drawn at random, evolved by annealed selection, or proposed "
        "by Optuna's TPE (pip install 'geneticgan[tune]').",
    ),
    click.option(
        "--trials",
        cls=GroupedOption,
        heading=HEADING,
        type=click.IntRange(min=1),
        default=24,
        show_default=True,
        help="The number of recipes to judge; the first is the default one.",
    ),
    click.option(
        "--judge",
        cls=GroupedOption,
        heading=HEADING,
        default="held-out",
        show_default=True,
        help="The images that recipes are judged on, as in geneticgan choose: held-out, deformed, "
        "generated, or several, as in generated+deformed.",
    ),
    click.option(
        "--seeds",
        cls=GroupedOption,
        heading=HEADING,
        type=click.IntRange(min=1),
        default=1,
        show_default=True,
        help="How often each recipe is trained, each time with different images held out; scores "
        "are averaged.",
    ),
    click.option(
        "--out",
        cls=GroupedOption,
        heading=HEADING,
        type=click.Path(path_type=Path),
        help="The folder for all results.",
        show_default="runs/tuned-<dataset>",
    ),
    flag("dataset"),
    *map(flag, OF_IMAGES),
    *map(flag, OF_TRAINING),
    SET,
    *LAUNCHING,
]


def _options(function: Any) -> Any:
    return add_options(OPTIONS, function)


@click.command(cls=GroupedCommand)
@_options
@click.pass_context
def tune(
    ctx: click.Context,
    /,
    search: str,
    trials: int,
    judge: str,
    seeds: int,
    out: Path | None,
    launcher: str,
    workers: int | None,
    ray_address: str | None,
    gpus_per_cell: float | None,
    **_: Any,
) -> None:
    """Search for the training recipe that suits your images.

    A recipe sets how classes are drawn, how logits are adjusted, learning rate and schedule, weight
    decay, mixup, smoothing and augmentation. Each is trained for the same number of steps and
    scored by the judge; the test part is never used. The result is the best recipe, as a command
    and in OUT/best.toml. Ctrl-C loses at most the running trainings; the same command continues,
    also with more --trials.
    """
    from geneticgan.benchmark.launchers import make_launcher
    from geneticgan.jobs import tuning
    from geneticgan.methods.unused import check_used
    from geneticgan.options.command import command as command_of
    from geneticgan_cli.console import Console
    from geneticgan_cli.ending import INTERRUPTED, second_ends_all
    from geneticgan_cli.grid_screen import GridScreen

    config, console = resolve_config(ctx), Console()
    folder = out or Path("runs") / f"tuned-{config.dataset.partition(':')[0]}"
    request = tuning.make_request(config, search, trials, seeds, judge, folder)
    check_used(request.config, named_options(ctx))
    runner = make_launcher(launcher, workers, ray_address, gpus_per_cell, config.device)
    typed = shlex.join(["geneticgan", *sys.argv[1:]])
    try:
        second_ends_all()
        with GridScreen(console, runner.workers) as screen:
            found = tuning.tune(request, runner, screen.on_progress, typed)
    except KeyboardInterrupt:
        say(f"Stopped; finished trainings are kept. Continue with: {typed}", err=True)
        ctx.exit(INTERRUPTED)
    genes = ", ".join(f"{name} {value}" for name, value in sorted(found.recipe.genes.items()))
    say(
        f"The best of {trials} recipes scores {100 * found.score:.1f} on {judge} images, the "
        f"default {100 * found.begun:.1f}: {genes}."
    )
    say(f"Train with it: {command_of(found.config)}")
    say(f"Or: geneticgan train --config {shlex.quote(str(found.file))}")
