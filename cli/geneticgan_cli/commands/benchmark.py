"""``geneticgan benchmark``: run every method on every data set with several seeds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from geneticgan_cli.completion import complete_plugins
from geneticgan_cli.grids import grid_options, run_grid
from geneticgan_cli.grouped import GroupedCommand

ALL = "cn,oscn,smote,borderline-smote,cb-loss,dos,acgan,lsgan,wgan,egan,gamo,aggan,deepsmote"


@click.command(cls=GroupedCommand)
@click.option(
    "--methods",
    default=ALL,
    show_default=True,
    help="The methods, each with its options if any.",
    shell_complete=complete_plugins,
)
@grid_options
@click.option(
    "--tuned",
    type=click.Path(path_type=Path),
    help="The TOML file of values that --tune chose.",
)
@click.option(
    "--tune",
    type=click.IntRange(min=1),
    metavar="SEEDS",
    help="Choose each method's values on validation images, over this many seeds, and write them "
    "to <out>/tuned.toml; the grid is not run.",
)
@click.pass_context
def benchmark(
    ctx: click.Context, /, methods: str, tuned: Path | None, tune: int | None, **options: Any
) -> None:
    """Compare methods over data sets and seeds, cell by cell.

    Cells that are on disk are not run again.

    Ctrl-C loses at most the running cells; the same command continues. See the table with
    geneticgan compare OUT.
    """
    run_grid(ctx, methods, tuned, tune, **options)
