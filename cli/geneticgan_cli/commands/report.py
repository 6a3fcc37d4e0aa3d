"""``geneticgan report``."""

from __future__ import annotations

from pathlib import Path

import click

from geneticgan_cli.device import data_root_option, device_option
from geneticgan_cli.saying import say


@click.command()
@click.argument(
    "paths", nargs=-1, required=True, metavar="RUN_OR_BENCHMARK...", type=click.Path(path_type=Path)
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    show_default="the folder itself, or the current folder for several",
    help="Folder for report.html and its figures.",
)
@click.option(
    "--measure/--no-measure",
    default=False,
    show_default=True,
    help="Measure generated images first if they have not been measured, which may take long; "
    "otherwise the command says what is missing.",
)
@device_option
@data_root_option
@click.pass_context
def report(
    ctx: click.Context,
    paths: tuple[Path, ...],
    out: Path | None,
    measure: bool,
    device: str | None,
    data_root: str | None,
) -> None:
    """Write a page with every figure, and the figures as PNG and SVG.

    The page is one file that needs no network. It is made from the folders alone.
    """
    from geneticgan.errors import GeneticGanError
    from geneticgan.evaluation.spaces import SPACES
    from geneticgan.jobs.measuring import measure as run_measuring
    from geneticgan.jobs.measuring import what_is_missing
    from geneticgan.jobs.report import check_report, damaged_logs, write_report
    from geneticgan.training.interrupt import Interrupted
    from geneticgan_cli.console import Console
    from geneticgan_cli.screen import watching

    check_report(paths, out)
    for damaged in damaged_logs(paths):
        say(damaged)
    for path in () if measure else paths:
        if missing := what_is_missing(path, SPACES[0]):
            say(missing)
    console = Console()
    for path in paths if measure else ():
        try:
            with watching(console) as screen:
                run_measuring(path, SPACES[0], None, [screen], device, data_root=data_root)
        except Interrupted as stop:
            say("Stopped; what has been measured is kept.", err=True)
            ctx.exit(128 + stop.signal_number)
        except GeneticGanError as error:
            say(f"Generated images of {path} cannot be measured: {error}")
    say(f"Report: {write_report(paths, out)}")
