"""``geneticgan compare``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--protocol",
    type=click.Choice(["head", "augment", "paper-peek"]),
    default="head",
    show_default=True,
)
def compare(out: Path, protocol: str) -> None:
    """Show a benchmark's tables beside the paper's figures, and write them to OUT.

    Files: compare-PROTOCOL.csv, .md and .tex. The paper's figures are quoted; its networks and
    budget are others.
    """
    from rich.console import Console

    from geneticgan.errors import RunError
    from geneticgan.jobs.compare import (
        COMPARISON_NOTE,
        read_benchmark,
        to_csv,
        to_latex,
        to_markdown,
    )
    from geneticgan_cli.tables import print_comparison

    console = Console()
    comparisons = read_benchmark(out, protocol)
    for comparison in comparisons:
        print_comparison(console, comparison)
    console.print(COMPARISON_NOTE, highlight=False, soft_wrap=True)
    texts = {"csv": to_csv, "md": to_markdown, "tex": to_latex}
    try:
        for suffix, render in texts.items():
            path = out / f"compare-{protocol}.{suffix}"
            path.write_text(render(comparisons), encoding="utf-8")
    except OSError as error:
        raise RunError(f"{out} cannot be written: {error.strerror or error}") from error
    console.print(f"Also as {out}/compare-{protocol}.csv, .md and .tex", highlight=False)
