"""Options under headings, and what took the place of flags that are gone."""

from __future__ import annotations

from typing import Any

import click

from geneticgan.config import OPTIONS
from geneticgan.options.replaced import replacement


class GroupedOption(click.Option):
    """An option that --help shows under a heading."""

    def __init__(self, *args: Any, heading: str = "Other options", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heading = heading


class GroupedCommand(click.Command):
    """A command of a run's options: under headings in --help; one that is no flag is explained."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a section for each heading, in the order of declaration."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                heading = getattr(parameter, "heading", "Other options")
                sections.setdefault(heading, []).append(record)
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; says what took the place of a flag that is gone."""
        typed = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if text := explain(error.option_name, typed):
                raise click.UsageError(text, ctx) from None
            raise


def explain(flag: str, arguments: list[str]) -> str:
    """Return a sentence on a flag that was one of version 0.1.0; empty if it was none.

    Parameters
    ----------
    flag : str
        As typed, such as ``--clip``.
    arguments : list of str
        All that was typed; the value is taken from there.
    """
    value = ""
    for number, word in enumerate(arguments):
        if word.startswith(f"{flag}="):
            value = word.partition("=")[2]
        elif word == flag:
            value = next(iter(arguments[number + 1 : number + 2]), "")
    name = flag.removeprefix("--").replace("-", "_")
    if gone := replacement(name, value):
        return f"There is no flag {flag}: {gone}."
    defined = next((each for each in OPTIONS.values() if each.spelled == name), None)
    if defined is None:
        return ""
    shown = value or defined.default_text
    return f"{flag} is no flag of its own any more; write --set {name}={shown}."
