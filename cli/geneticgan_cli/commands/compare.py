"""``geneticgan compare``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--protocol",
    default="head",
    show_default=True,
    help="The protocol whose scores to show, one of those that the benchmark was run with.",
)
@click.option(
    "--against",
    metavar="METHOD",
    help="Test every other method against this one, named as in the benchmark.  [default: aggan]",
)
def compare(out: Path, protocol: str, against: str | None) -> None:
    """Show a benchmark's tables, and write them to OUT.

    Files: compare-PROTOCOL.csv, .md and .tex, or compare-PROTOCOL-against-METHOD with --against.
    The paper's figures are quoted; they come from other networks and another budget.
    """
    from geneticgan.benchmark.compare import (
        comparison_note,
        read_benchmark,
        to_csv,
        to_latex,
        to_markdown,
    )
    from geneticgan.benchmark.layout import folder_name
    from geneticgan.errors import RunError
    from geneticgan.evaluation.statistics import REFERENCE
    from geneticgan.files import write_whole
    from geneticgan_cli.comparison import print_comparison
    from geneticgan_cli.console import Console

    console = Console()
    comparisons = read_benchmark(out, protocol, against or REFERENCE)
    for comparison in comparisons:
        print_comparison(console, comparison)
    quoted = any(each.quotes for each in comparisons)
    console.say(comparison_note(comparisons, quoted=quoted))
    name = f"compare-{folder_name(protocol)}" + (
        f"-against-{folder_name(against)}" if against else ""
    )
    texts = {"csv": to_csv, "md": to_markdown, "tex": to_latex}
    try:
        for suffix, render in texts.items():
            write_whole(out / f"{name}.{suffix}", render(comparisons).encode())
    except OSError as error:
        raise RunError(f"{out} cannot be written: {error.strerror or error}") from error
    console.print(f"Also as {out}/{name}.csv, .md and .tex", highlight=False)
