"""``geneticgan plugins``."""

from __future__ import annotations

import click


@click.group()
def plugins() -> None:
    """See the installed plugins."""


@plugins.command("list")
def list_plugins() -> None:
    """List mutations, schedules and data sets, with the package each comes from."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from geneticgan.catalogue import GROUPS
    from geneticgan.evolution.registry import Broken

    console = Console()
    for group in GROUPS:
        table = Table(title=group.group, title_justify="left", expand=console.is_terminal)
        for column in ("name", "package", "what it is"):
            table.add_column(column)
        for plugin in group.load_all():
            found = plugin.found
            if isinstance(plugin, Broken):
                text = Text(f"broken: {plugin.cause}", style="red")
            else:
                text = Text(plugin.summary)
            table.add_row(Text(found.name), Text(found.origin), text)
        console.print(table)
