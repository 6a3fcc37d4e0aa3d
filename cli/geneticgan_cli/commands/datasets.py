"""``geneticgan datasets``: list data sets and show what a run would see of one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from geneticgan_cli.completion import complete_dataset
from geneticgan_cli.grouped import GroupedCommand
from geneticgan_cli.options import data_options, resolve_config


@click.group()
def datasets() -> None:
    """List and fetch data sets, and look at their images."""


@datasets.command("list")
def list_datasets() -> None:
    """List the installed data sets."""
    from geneticgan.jobs.listing import entries
    from geneticgan_cli.console import Console
    from geneticgan_cli.plugin_tables import print_plugins

    print_plugins(Console(), list(entries(groups=["geneticgan.datasets"])))


@datasets.command(cls=GroupedCommand)
@click.argument("name", shell_complete=complete_dataset)
@data_options
@click.pass_context
def info(ctx: click.Context, /, name: str, **_: Any) -> None:
    """Describe a data set, and count its images by class."""
    config = resolve_config(ctx, dataset=name)

    from geneticgan.data.dataset import DATASETS
    from geneticgan.jobs.datasets import survey
    from geneticgan_cli.console import Console
    from geneticgan_cli.plugin_tables import print_summary
    from geneticgan_cli.screen import watching
    from geneticgan_cli.tables import print_survey

    console = Console()
    plain = name.partition(":")[0]
    print_summary(console, plain, DATASETS.get(plain).factory)
    with watching(console) as screen:
        found = survey(config, [screen])
    print_survey(console, found)


@datasets.command(cls=GroupedCommand)
@click.argument("name", shell_complete=complete_dataset)
@data_options
@click.pass_context
def check(ctx: click.Context, /, name: str, **_: Any) -> None:
    """Look for copies, shortcuts, groups and unusual images.

    NAME is a data set of image files: folder or csv. Nothing is trained, and nothing is changed.
    """
    config = resolve_config(ctx, dataset=name)

    from geneticgan.jobs.checking import check as findings
    from geneticgan.options.command import command
    from geneticgan_cli.console import Console
    from geneticgan_cli.screen import watching
    from geneticgan_cli.tables import print_findings

    console = Console()
    with watching(console) as screen:
        found = list(findings(config, [screen]))
    print_findings(console, found)
    console.whole(f"Next: {command(config, verb='choose')}")


@datasets.command(cls=GroupedCommand)
@click.argument("name", shell_complete=complete_dataset)
@data_options
@click.pass_context
def prepare(ctx: click.Context, /, name: str, **_: Any) -> None:
    """Check and decode a data set, so that runs start at once."""
    config = resolve_config(ctx, dataset=name)

    from geneticgan.jobs.datasets import survey
    from geneticgan_cli.console import Console
    from geneticgan_cli.screen import watching

    console = Console()
    with watching(console) as screen:
        found = survey(config, [screen])
    source = found.source
    console.print(
        f"{name} is ready: {len(source.train)} training and {len(source.test)} test images of "
        f"{len(source.class_names)} classes; read in {found.seconds:.1f} s.",
        highlight=False,
        soft_wrap=True,
        markup=False,
    )


@datasets.command(cls=GroupedCommand)
@click.argument("name", shell_complete=complete_dataset)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    show_default="<name>.png",
    help="PNG file to write.",
)
@data_options
@click.pass_context
def show(ctx: click.Context, /, name: str, out: Path | None, **_: Any) -> None:
    """Draw training images of each class, as a run would see them."""
    config = resolve_config(ctx, dataset=name)

    from geneticgan.jobs.datasets import contact_sheet
    from geneticgan_cli.console import Console
    from geneticgan_cli.screen import watching

    console = Console()
    path = out or Path(f"{name.partition(':')[0]}.png")
    with watching(console) as screen:
        contact_sheet(config, path, [screen])
    console.print(f"Images by class: {path}", markup=False, highlight=False, soft_wrap=True)
