"""``geneticgan choose``: find the method that suits your own images."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path
from typing import Any

import click

from geneticgan_cli.completion import complete_plugins
from geneticgan_cli.grouped import GroupedCommand, GroupedOption
from geneticgan_cli.options import choice_options, named_options, resolve_config
from geneticgan_cli.saying import say

HEADING = "Choice"


@click.command(cls=GroupedCommand)
@click.option(
    "--methods",
    cls=GroupedOption,
    heading=HEADING,
    help="The methods to compare with plain oversampling.",
    shell_complete=complete_plugins,
    show_default="the strong cheap ones, and aggan",
)
@click.option(
    "--budget",
    cls=GroupedOption,
    heading=HEADING,
    default="30m",
    show_default=True,
    help="The time for the whole comparison, such as 90s, 30m or 2h; it gets as many steps, "
    "splits and methods as fit.",
)
@click.option(
    "--splits",
    cls=GroupedOption,
    heading=HEADING,
    type=click.IntRange(min=2),
    help="How often each method is trained, each time with different images held out.",
    show_default="5 if they fit, else 3",
)
@click.option(
    "--judge",
    cls=GroupedOption,
    heading=HEADING,
    default="held-out",
    show_default=True,
    help="The images that methods are judged on: held-out, those that each split holds out; "
    "deformed, training images changed in ways that no network has seen; generated, images from "
    "the judge's own generator; or several, as in generated+deformed. Only held-out takes images "
    "away from training.",
)
@click.option(
    "--workers",
    cls=GroupedOption,
    heading=HEADING,
    type=click.IntRange(min=1),
    help="The number of trainings that run at once.",
    show_default="one per GPU, or one per core",
)
@click.option(
    "--out",
    cls=GroupedOption,
    heading=HEADING,
    type=click.Path(path_type=Path),
    help="The folder for all results.",
    show_default="runs/choice-<dataset>",
)
@choice_options
@click.pass_context
def choose(
    ctx: click.Context,
    /,
    methods: str | None,
    budget: str,
    splits: int | None,
    judge: str,
    workers: int | None,
    out: Path | None,
    steps: int | None,
    **_: Any,
) -> None:
    """Find out which method to use on your images, and train it.

    Every method is trained on several splits of the training part, as many and for as long as the
    budget allows, and judged on the images that each split holds out, or by another judge. The
    test part is used once, at the end, to evaluate the winner after training on all training
    images. OUT/run then holds a run that every other command accepts. Ctrl-C loses at most the
    running trainings; the same command continues.
    """
    begun = time.perf_counter()  # the time for loading counts too

    from geneticgan.benchmark.budget import parse_seconds
    from geneticgan.benchmark.launchers import make_launcher
    from geneticgan.jobs import choosing, planning
    from geneticgan.methods.unused import check_any_uses
    from geneticgan_cli.choice_screen import naming, print_plan, print_verdict
    from geneticgan_cli.console import Console
    from geneticgan_cli.ending import INTERRUPTED, second_ends_all
    from geneticgan_cli.grid_screen import GridScreen
    from geneticgan_cli.running import run_watched
    from geneticgan_cli.screen import watching
    from geneticgan_cli.tables import print_split

    config, console = resolve_config(ctx), Console()
    runner = make_launcher("local", workers, device=config.device)
    request = planning.make_request(
        config,
        methods or planning.CANDIDATES,
        out or Path("runs") / f"choice-{config.dataset.partition(':')[0]}",
        parse_seconds(budget),
        runner.workers,
        steps,
        splits,
        judge,
        begun,
    )
    check_any_uses(config, request.methods, named_options(ctx))
    command = shlex.join(["geneticgan", *sys.argv[1:]])
    try:
        second_ends_all()
        with watching(console) as screen:
            plan = planning.make_plan(request, [screen])
    except KeyboardInterrupt:
        say(f"Stopped; nothing has been trained yet. Start again with: {command}", err=True)
        ctx.exit(INTERRUPTED)
    print_split(console, plan.split, config.dataset)
    print_plan(console, request, plan)
    try:
        second_ends_all()
        with GridScreen(console, plan.workers, "trainings", naming(request)) as grid:
            verdict = choosing.compare(request, plan, runner, grid.on_progress, command, grid.tell)
    except KeyboardInterrupt:
        say(f"Stopped; finished trainings are kept. Continue with: {command}", err=True)
        ctx.exit(INTERRUPTED)
    print_verdict(console, request, plan, verdict)
    console.print(f"Training {verdict.winner.title} on all training images.")
    path = request.out / "run"
    run_watched(
        ctx,
        console,
        path,
        lambda observers: choosing.hand_over(request, plan, verdict, observers),
    )
