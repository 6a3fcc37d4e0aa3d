"""Options under headings, and the replacements of flags that no longer exist."""

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
    """A command whose --help groups options under headings and that explains removed flags."""

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
        """Parse the arguments; the error for a removed flag says what replaced it."""
        typed = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if text := explain(error.option_name, typed, self):
                raise click.UsageError(text, ctx) from None
            raise


def explain(flag: str, arguments: list[str], command: click.Command) -> str:
    """Return a sentence about a flag that version 0.1.0 had; empty if it did not.

    Parameters
    ----------
    flag : str
        The flag as typed, such as ``--clip``.
    arguments : list of str
        All arguments as typed, among them the flag's value.
    command : click.Command
        The command that does not have the flag.
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
    if name == "dataset" and any(each.human_readable_name == "NAME" for each in command.params):
        return f"Name the data set without {flag}."
    shown = value or defined.default_text
    return f"{flag} is no longer a flag of its own; write --set {name}={shown}."
