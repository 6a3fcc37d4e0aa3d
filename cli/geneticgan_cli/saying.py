"""Lines of plain text for the terminal: whatever they hold, they act on none."""

from __future__ import annotations

import click

from geneticgan.errors import printable


def say(text: str, *, err: bool = False) -> None:
    """Print a line, made `printable`: paths, names and causes may be those of a stranger."""
    click.echo(printable(text), err=err)
