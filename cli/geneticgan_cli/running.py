"""Running a job with a screen, stopping it cleanly and printing its report."""

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
    """Run a job and print its report; if stopped, say how to continue.

    The exit status is 128 plus the signal's number after Ctrl-C or SIGTERM.
    """
    try:
        with watching(console) as screen:
            report = job([screen])
    except Interrupted as stop:
        way = f"geneticgan resume {shlex.quote(str(path))}"
        say(f"Stopped; nothing is lost. Continue with: {way}", err=True)
        ctx.exit(128 + stop.signal_number)
    print_report(console, report)


def run_following(
    ctx: click.Context, device: str | None = None, data_root: str | None = None
) -> None:
    """Silently do the work of a process that is not the leader; exits as `run_watched` does."""
    from geneticgan.jobs.following import follow

    try:
        follow(device, data_root)
    except Interrupted as stop:
        ctx.exit(128 + stop.signal_number)
