"""``geneticgan predict``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from geneticgan_cli.device import DEVICE


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("images", nargs=-1, required=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="File to write, a row for every image.",
)
@click.option(
    "--format",
    "how",
    type=click.Choice(["csv", "jsonl"]),
    help="Of the file.",
    show_default="by its suffix, else csv",
)
@click.option("--device", type=DEVICE, default="auto", show_default=True, help="Where to compute.")
def predict(run: Path, images: tuple[str, ...], out: Path, how: str | None, device: str) -> None:
    """Classify new images with the classifier of a run.

    IMAGES are files, folders, archives or patterns such as 'new/*.jpg'; - reads a list of them, a
    line each. They are prepared as the training images were, which need not be there any more. An
    image that cannot be read is a row with its error.
    """
    from rich.console import Console
    from rich.markup import escape

    from geneticgan.jobs.predicting import predict as run_job

    named = [each for word in images for each in (_lines() if word == "-" else [word])]
    chosen = how or ("jsonl" if out.suffix == ".jsonl" else "csv")
    with Console(stderr=True).status("Classifying") as status:
        summary = run_job(
            run, named, out, chosen, device, lambda n: status.update(f"Classifying: {n} images")
        )
    total = sum(summary.counts.values())
    console = Console()
    console.print(f"{total} images classified, written to {escape(str(out))}", highlight=False)
    for name, count in summary.counts.items():
        share = 100 * count / total
        console.print(f"  {escape(name)}: {count} ({share:.1f}%)", highlight=False)
    if summary.unreadable:
        console.print(f"{summary.unreadable} could not be read; their rows say why.")


def _lines() -> list[str]:
    return [line.rstrip("\n") for line in sys.stdin if line.strip()]
