"""Lines of plain text for the terminal; control characters in them have no effect."""

from __future__ import annotations

import click

from geneticgan.errors import printable


def say(text: str, *, err: bool = False) -> None:
    """Print a line, made `printable`, since paths, names and causes may come from strangers."""
    click.echo(printable(text), err=err)
