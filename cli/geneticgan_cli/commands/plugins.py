"""``geneticgan plugins``."""

from __future__ import annotations

from pathlib import Path
from shlex import quote

import click

from geneticgan_cli.completion import complete_any_plugin
from geneticgan_cli.saying import say

KINDS = [
    "mutation", "schedule", "fitness", "selection", "dataset", "imbalance", "architecture",
    "backbone", "method", "protocol",
]  # fmt: skip
"""The kinds of plugins that ``new`` can start; see `geneticgan.jobs.scaffold`."""


@click.group()
def plugins() -> None:
    """List, describe, check and create plugins."""


@plugins.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.option(
    "--patience",
    type=click.FloatRange(min=0.1),
    default=10.0,
    show_default=True,
    help="The number of seconds that importing a plugin may take.",
)
def list_plugins(as_json: bool, patience: float) -> None:
    """List all plugins with their packages, also broken ones.

    Only plugins of other packages are imported to find out.
    """
    import dataclasses
    import json

    from geneticgan.jobs.listing import entries
    from geneticgan_cli.console import Console
    from geneticgan_cli.plugin_tables import print_plugins

    found = list(entries(patience))
    if as_json:
        say(json.dumps([dataclasses.asdict(entry) for entry in found], indent=1))
    else:
        print_plugins(Console(), found)


@plugins.command()
@click.option(
    "--generations",
    type=click.IntRange(min=2),
    default=3000,
    show_default=True,
    help="The number of generations to draw.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("schedules.png"),
    show_default=True,
    help="PNG file to write.",
)
def schedules(generations: int, out: Path) -> None:
    """Draw the temperatures of all installed schedules."""
    from geneticgan.jobs.plugins import draw_schedules

    draw_schedules(generations, out)
    say(f"Temperatures: {out}")


@plugins.command()
@click.argument("name", shell_complete=complete_any_plugin)
def info(name: str) -> None:
    """Describe a plugin and its options."""
    from geneticgan.jobs.plugins import describe, option_lines
    from geneticgan_cli.console import Console
    from geneticgan_cli.plugin_tables import print_plugin

    console = Console()
    for group, plugin in describe(name):
        print_plugin(console, group, plugin, option_lines(plugin.factory))


@plugins.command()
@click.argument("name", shell_complete=complete_any_plugin)
@click.pass_context
def check(ctx: click.Context, name: str) -> None:
    """Run the contract tests on an installed plugin.

    The exit status is 1 if one fails.
    """
    from geneticgan.jobs.plugins import check as run_check

    failed = 0
    for noun, outcome in run_check(name):
        say(f"{'ok  ' if outcome.passed else 'FAIL'}  {noun} {name}: {outcome.sentence}")
        if not outcome.passed:
            failed += 1
            say(f"      {outcome.failure}")
    say(f"{failed} broken" if failed else "It keeps its contract.")
    if failed:
        ctx.exit(1)


@plugins.command()
@click.argument("kind", type=click.Choice(KINDS), metavar="KIND")
@click.argument("name")
@click.argument("folder", type=click.Path(path_type=Path))
def new(kind: str, name: str, folder: Path) -> None:
    """Write a package with a new plugin, ready to install and to test.

    KIND is mutation, schedule, fitness, selection, dataset, imbalance, architecture, backbone,
    method or protocol. Then: pip install -e FOLDER, and geneticgan plugins check NAME.
    """
    from geneticgan.jobs.scaffold import KINDS as ALL
    from geneticgan.jobs.scaffold import new_package

    for path in new_package(kind, name, folder):
        say(str(path))
    say(f"Next: pip install -e {quote(f'{folder}[test]')} && pytest {quote(str(folder))}")
    say(f"Then: geneticgan plugins check {name} && {ALL[kind].trial.format(name=name)}")
