"""``geneticgan evaluate``."""

from __future__ import annotations

from pathlib import Path

import click

from geneticgan.options.learning import CALIBRATIONS
from geneticgan_cli.completion import complete_classes
from geneticgan_cli.device import data_root_option, device_option


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--threshold",
    "wishes",
    multiple=True,
    metavar="CLASS=recall:SHARE",
    help="Set the probability at which an image is assigned to CLASS so that held-out images reach "
    "this recall, or, with precision:SHARE, this precision. It is kept in the run for predict "
    "--thresholds. May be repeated for several classes.",
    shell_complete=complete_classes,
)
@click.option(
    "--calibration",
    type=click.Choice(CALIBRATIONS),
    help="Calibrate the run's probabilities again, as train --calibration does; this removes "
    "thresholds that were set for the old ones.",
    show_default="the run's own",
)
@device_option
@data_root_option
@click.pass_context
def evaluate(
    ctx: click.Context,
    run: Path,
    wishes: tuple[str, ...],
    calibration: str | None,
    device: str | None,
    data_root: str | None,
) -> None:
    """Evaluate a run again from its folder.

    Nothing that the folder already holds is trained again; the figures are those of the training.
    """
    from geneticgan.jobs.thresholds import check_wishes, set_thresholds
    from geneticgan.jobs.train import evaluate as run_job
    from geneticgan_cli.console import Console
    from geneticgan_cli.running import run_watched
    from geneticgan_cli.tables import print_thresholds

    console = Console()
    if wishes:
        check_wishes(run, wishes)
    run_watched(
        ctx,
        console,
        run,
        lambda observers: run_job(run, observers, device, calibration, data_root),
    )
    if wishes:
        print_thresholds(console, run, set_thresholds(run, wishes))
