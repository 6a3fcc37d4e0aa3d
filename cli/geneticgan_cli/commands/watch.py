"""``geneticgan watch``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--every",
    "seconds",
    type=click.FloatRange(min=0.1),
    default=1.0,
    show_default=True,
    help="Seconds between looks.",
)
@click.option("--once", is_flag=True, help="Look once, as happens if the output is not a terminal.")
def watch(run: Path, seconds: float, once: bool) -> None:
    """Show a running or finished run from its folder.

    Ctrl-C stops watching and does not affect the run.
    """
    import time

    from rich.live import Live

    from geneticgan.jobs.watching import Watched
    from geneticgan_cli.console import Console
    from geneticgan_cli.watch_screen import overview

    console = Console()
    watched = Watched(run)
    if once or not console.is_terminal:
        console.print(overview(watched.look()))
        return
    try:
        with Live(console=console, refresh_per_second=4) as live:
            while True:
                view = watched.look()
                live.update(overview(view))
                if view.finished:
                    return
                time.sleep(seconds)
    except KeyboardInterrupt:
        return
