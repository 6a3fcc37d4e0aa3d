"""``geneticgan plugins``."""

from __future__ import annotations

import click


@click.group()
def plugins() -> None:
    """See the installed plugins."""


@plugins.command("list")
def list_plugins() -> None:
    """List mutations, schedules, data sets and methods, with the package each comes from."""
    from rich.console import Console

    from geneticgan.catalogue import GROUPS
    from geneticgan.methods.catalogue import METHODS
    from geneticgan_cli.tables import print_plugins

    console = Console()
    for group in (*GROUPS, METHODS):
        print_plugins(console, group)
