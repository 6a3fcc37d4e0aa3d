"""``geneticgan doctor``."""

from __future__ import annotations

from pathlib import Path

import click

from geneticgan_cli.saying import say


@click.command()
@click.option(
    "--runs",
    type=click.Path(path_type=Path),
    default=Path("runs"),
    show_default=True,
    help="The folder where runs will be written.",
)
@click.pass_context
def doctor(ctx: click.Context, runs: Path) -> None:
    """Check whether everything works on this machine.

    This takes about ten seconds. Put the output into a bug report. The exit status is 1 if
    something failed.
    """
    from geneticgan.jobs.doctor import FAILED, examine

    failed = False
    for finding in examine(runs):
        failed |= finding.state == FAILED
        say(f"{finding.state:8}{finding.what:10}{finding.text}")
    if failed:
        ctx.exit(1)
