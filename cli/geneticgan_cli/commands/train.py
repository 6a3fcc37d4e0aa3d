"""``geneticgan train``: the main command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from geneticgan import launch
from geneticgan_cli.grouped import GroupedCommand
from geneticgan_cli.options import named_options, resolve_config, train_options
from geneticgan_cli.saying import say


@click.command(cls=GroupedCommand)
@train_options
@click.pass_context
def train(
    ctx: click.Context,
    /,
    out: Path | None,
    start: Path | None,
    config_file: Path | None,
    dry_run: bool,
    tensorboard: bool,
    film: bool,
    **_: Any,
) -> None:
    """Train an annealing genetic GAN, or another method.

    A GAN's run ends with a table of scores on the test part: its class head, the balanced softmax,
    a classifier trained on real and generated images, and the baselines Os+CN and CN with the same
    budget. The class head and a plain classifier become the run's, or the latter alone where it is
    better on held-out images.
    """
    if not launch.leads():
        from geneticgan_cli.running import run_following

        if not dry_run:
            run_following(ctx)
        return
    taken = {}
    if start:
        from geneticgan.jobs.beginning import taken_options

        taken = taken_options(start, resolve_config(ctx, config_file).dataset)
    resolved = resolve_config(ctx, config_file, taken)

    from geneticgan.jobs.train import plan
    from geneticgan.jobs.train import train as run_job
    from geneticgan.methods.unused import settled
    from geneticgan.training.run_folder import new_run_path
    from geneticgan_cli.console import Console
    from geneticgan_cli.running import run_watched
    from geneticgan_cli.screen import watching
    from geneticgan_cli.tables import print_split

    config = settled(resolved, named_options(ctx, config_file))
    console = Console()
    with watching(console) as screen:
        planned = plan(config, [screen], start)
    print_split(console, planned.split, config.dataset)
    if planned.beginning:
        console.say(planned.beginning.told())
    if dry_run:
        say(json.dumps(config.to_json(), indent=1))
        say("Dry run: everything is in order, nothing was trained.")
        return
    path = out or new_run_path(Path("runs"), config.dataset)
    console.whole(f"Run folder: {path}")
    run_watched(
        ctx,
        console,
        path,
        lambda observers: run_job(
            config, path, planned, observers, tensorboard=tensorboard, film=film
        ),
    )
