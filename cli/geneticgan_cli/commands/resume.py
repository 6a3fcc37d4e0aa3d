"""``geneticgan resume``."""

from __future__ import annotations

from pathlib import Path

import click

from geneticgan import launch
from geneticgan_cli.device import data_root_option, device_option


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--tensorboard", is_flag=True, help="Write event files to the run's folder.")
@click.option("--film", is_flag=True, help="Continue the film of the run's generators.")
@device_option
@data_root_option
@click.pass_context
def resume(
    ctx: click.Context,
    run: Path,
    tensorboard: bool,
    film: bool,
    device: str | None,
    data_root: str | None,
) -> None:
    """Continue a run that was stopped.

    The result is the same as if the run had never stopped.
    """
    from geneticgan.jobs.train import resume as run_job
    from geneticgan_cli.console import Console
    from geneticgan_cli.running import run_following, run_watched

    if not launch.leads():
        run_following(ctx, device, data_root)
        return

    run_watched(
        ctx,
        Console(),
        run,
        lambda observers: run_job(
            run,
            observers,
            tensorboard=tensorboard,
            film=film,
            device=device,
            data_root=data_root,
        ),
    )
