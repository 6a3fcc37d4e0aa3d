"""``geneticgan benchmark``: every method on every data set, with several seeds."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

ALL = "cn,oscn,smote,borderline-smote,cb-loss,dos,acgan,lsgan,wgan,egan,gamo,aggan,deepsmote"


@click.command()
@click.option(
    "--table",
    type=click.Choice(["iv", "v"]),
    default="v",
    show_default=True,
    help="The paper's: iv, two classes at --ratios; v, all classes.",
)
@click.option(
    "--datasets",
    required=True,
    help="Data sets, as in mnist,folder:data_root=images,image_size=32.",
)
@click.option("--methods", default=ALL, show_default=True, help="Methods, with options if need be.")
@click.option("--seeds", type=click.IntRange(min=1), default=5, show_default=True)
@click.option(
    "--ratios", default="10,50,100", show_default=True, help="Imbalance ratios of table iv."
)
@click.option(
    "--protocols",
    default="head",
    show_default=True,
    help="head: the method's own class head at the end; augment: a fresh classifier on real and "
    "generated images; paper-peek: the best of many looks at the test part.",
)
@click.option("--steps", type=click.IntRange(min=1), default=3000, show_default=True)
@click.option("--width", type=click.IntRange(min=1), default=32, show_default=True)
@click.option("--batch-size", type=click.IntRange(min=2), default=50, show_default=True)
@click.option("--data-root", type=click.Path(), help="Where data sets are that name no place.")
@click.option("--device", default="auto", show_default=True)
@click.option("--precision", default="float32", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Folder of the results."
)
@click.option(
    "--tuned",
    type=click.Path(path_type=Path),
    help="TOML file of values chosen by --tune.",
)
@click.option(
    "--tune",
    type=click.IntRange(min=1),
    metavar="SEEDS",
    help="Choose each method's values on validation images, over so many seeds, and write them to "
    "<out>/tuned.toml; the grid is not run.",
)
@click.option("--launcher", type=click.Choice(["local", "ray"]), default="local", show_default=True)
@click.option(
    "--workers", type=click.IntRange(min=1), show_default="cores", help="Local processes."
)
@click.option("--ray-address", help="Of a Ray cluster that runs already.")
@click.option(
    "--gpus-per-cell",
    type=click.FloatRange(min=0),
    default=0.0,
    show_default=True,
    help="With Ray.",
)
@click.pass_context
def benchmark(
    ctx: click.Context,
    /,
    table: str,
    datasets: str,
    methods: str,
    seeds: int,
    ratios: str,
    protocols: str,
    steps: int,
    width: int,
    batch_size: int,
    data_root: str | None,
    device: str,
    precision: str,
    out: Path,
    tuned: Path | None,
    tune: int | None,
    launcher: str,
    workers: int | None,
    ray_address: str | None,
    gpus_per_cell: float,
) -> None:
    """Fill a table of the paper, cell by cell; what is on disk is not done again.

    Ctrl-C loses the running cells at most; the same command goes on. See the table with
    geneticgan compare OUT.
    """
    from rich.console import Console

    from geneticgan.config import TrainConfig
    from geneticgan.errors import ConfigError
    from geneticgan.jobs.benchmark import fill, grid, read_tuned
    from geneticgan.jobs.cells import PROTOCOLS
    from geneticgan.jobs.launchers import make_launcher
    from geneticgan.jobs.tuning import tune as run_trials
    from geneticgan_cli.grid_screen import GridScreen

    chosen = tuple(protocols.split(","))
    unknown = sorted(set(chosen) - set(PROTOCOLS))
    if unknown:
        raise ConfigError(f"no protocol {unknown[0]!r}; there are {', '.join(PROTOCOLS)}")
    try:
        numbers = [float(part) for part in ratios.split(",")]
    except ValueError:
        raise ConfigError(f"--ratios takes numbers such as 10,50,100, got {ratios!r}") from None
    base = TrainConfig(
        steps=steps,
        width=width,
        batch_size=batch_size,
        data_root=data_root,
        device=device,
        precision=precision,
    )
    values = read_tuned(tuned) if tuned else None
    cells = grid(table, datasets, methods, seeds, base, chosen, numbers, values)
    runner = make_launcher(launcher, workers, ray_address, gpus_per_cell)
    console = Console()
    try:
        with GridScreen(console, runner.workers) as screen:
            if tune:
                text = run_trials(cells, tune, out, runner, screen.on_progress)
            else:
                result = fill(cells, out, runner, screen.on_progress)
    except KeyboardInterrupt:
        command = shlex.join(["geneticgan", *sys.argv[1:]])
        click.echo(f"Stopped; finished cells are kept. Go on with: {command}", err=True)
        ctx.exit(130)
    if tune:
        (out / "tuned.toml").write_text(text, encoding="utf-8")
        click.echo(f"Chosen values: {out / 'tuned.toml'}; use them with --tuned")
        return
    if result.failed:
        click.echo(f"{result.failed} cells failed; the same command tries them again.")
    click.echo(f"See the table: geneticgan compare {out}")
    if result.failed:
        ctx.exit(1)
