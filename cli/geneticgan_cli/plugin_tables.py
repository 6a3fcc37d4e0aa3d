"""Tables of plugins; importing this loads neither torch nor a plugin."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from geneticgan.jobs.listing import Entry
from geneticgan.registry import Loaded, PluginGroup
from geneticgan_cli.console import Console


def print_plugins(console: Console, entries: Sequence[Entry]) -> None:
    """List plugins by group, broken ones with the cause."""
    for group in dict.fromkeys(entry.group for entry in entries):
        table = Table(title=group, title_justify="left", expand=console.is_terminal)
        for column in ("name", "package", "what it is"):
            table.add_column(column)
        for entry in entries:
            if entry.group == group:
                text = entry.description if entry.healthy else f"broken: {entry.description}"
                style = "" if entry.healthy else "red"
                origin = f"{entry.package} {entry.version}"
                table.add_row(Text(entry.name), Text(origin), Text(text, style=style))
        console.print(table)


def print_plugin(
    console: Console,
    group: PluginGroup[Any],
    plugin: Loaded[Any],
    options: Sequence[tuple[str, str, str]],
) -> None:
    """Print the description of a plugin and its options."""
    found = plugin.found
    console.print(Text(f"{group.noun} {found.name}, of {found.origin} ({group.group})"))
    console.print(Text(inspect.getdoc(plugin.factory) or ""), soft_wrap=True)
    if not options:
        console.print("It has no options.")
        return
    table = Table(title="Options", title_justify="left")
    for column in ("name", "type", "default"):
        table.add_column(column)
    for line in options:
        table.add_row(*map(Text, line))
    console.print(table)


def print_summary(console: Console, name: str, plugin: type) -> None:
    """Print what a plugin is, without its options, and how to see them."""
    text, *_ = (inspect.getdoc(plugin) or "").partition("\nParameters\n")
    for paragraph in text.strip().split("\n\n"):
        console.say(" ".join(paragraph.split()))
    console.whole(f"Its options: geneticgan plugins info {name}")
