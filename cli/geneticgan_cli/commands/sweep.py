"""``geneticgan sweep``: the benchmark's grid over temperature and cooling."""

from __future__ import annotations

import itertools
from typing import Any

import click

from geneticgan_cli.grids import grid_options, number_list, run_grid
from geneticgan_cli.grouped import GroupedCommand


@click.command(cls=GroupedCommand)
@click.option(
    "--T",
    "temperatures",
    default="100,1000,10000",
    show_default=True,
    help="The initial temperatures.",
)
@click.option(
    "--alpha",
    "alphas",
    default="0.99,0.999",
    show_default=True,
    help="The annealing coefficients; each is combined with each temperature.",
)
@grid_options
@click.pass_context
def sweep(ctx: click.Context, /, temperatures: str, alphas: str, **options: Any) -> None:
    """Train AGGAN with several temperatures and coefficients.

    This is the paper's figure 10. Like the grid of geneticgan benchmark, it can be stopped and
    continued; geneticgan report OUT draws it.
    """
    pairs = itertools.product(
        number_list(temperatures, "--T", "100,1000"), number_list(alphas, "--alpha", "0.99,0.999")
    )
    run_grid(ctx, ",".join(f"aggan:T={t},alpha={alpha}" for t, alpha in pairs), **options)
