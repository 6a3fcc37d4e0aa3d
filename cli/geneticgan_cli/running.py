"""Running a job under a screen, stopping cleanly, printing its report."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from geneticgan.jobs.outcome import Report
from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import Interrupted
from geneticgan_cli.console import Console
from geneticgan_cli.saying import say
from geneticgan_cli.screen import watching
from geneticgan_cli.tables import print_report


def run_watched(
    ctx: click.Context,
    console: Console,
    path: Path,
    job: Callable[[Sequence[Observer]], Report],
) -> None:
    """Run a job and print its report; a stop that was asked for names the way on.

    Exits with 128 + the signal's number after Ctrl-C or SIGTERM.
    """
    try:
        with watching(console) as screen:
            report = job([screen])
    except Interrupted as stop:
        way = f"geneticgan resume {shlex.quote(str(path))}"
        say(f"Stopped; nothing is lost. Go on with: {way}", err=True)
        ctx.exit(128 + stop.signal_number)
    print_report(console, report)


def run_following(
    ctx: click.Context, device: str | None = None, data_root: str | None = None
) -> None:
    """Do the share of a process that does not lead, silently; exits as `run_watched`."""
    from geneticgan.jobs.following import follow

    try:
        follow(device, data_root)
    except Interrupted as stop:
        ctx.exit(128 + stop.signal_number)
