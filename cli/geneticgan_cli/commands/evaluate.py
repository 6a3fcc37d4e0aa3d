"""``geneticgan evaluate``."""

from __future__ import annotations

from pathlib import Path

import click

from geneticgan_cli.device import device_option


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@device_option
@click.pass_context
def evaluate(ctx: click.Context, run: Path, device: str | None) -> None:
    """Judge a run again from its folder.

    Nothing is trained that the folder holds already; the figures are those of the training.
    """
    from rich.console import Console

    from geneticgan.jobs.train import evaluate as run_job
    from geneticgan_cli.running import run_watched

    run_watched(ctx, Console(), run, lambda observers: run_job(run, observers, device))
