"""``geneticgan predict``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from geneticgan_cli.completion import complete_classes
from geneticgan_cli.device import DEVICE

SUFFIXES = {".csv": "csv", ".jsonl": "jsonl", ".parquet": "parquet"}


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("images", nargs=-1, required=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="File to write, with a row for every image.",
)
@click.option(
    "--format",
    "how",
    type=click.Choice(list(SUFFIXES.values())),
    help="The format of the file; parquet needs pandas and pyarrow.",
    show_default="by its suffix, else csv",
)
@click.option(
    "--prior",
    default="balanced",
    show_default=True,
    metavar="balanced|training|SHARES",
    help="How frequent the classes are among IMAGES: all equally, as in the training images, or "
    "in shares such as ill=0.02,well=0.98.",
    shell_complete=complete_classes,
)
@click.option(
    "--thresholds",
    is_flag=True,
    help="Decide by the thresholds that evaluate --threshold set.",
)
@click.option(
    "--copy",
    "copies",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also copy each image into a folder for its class below this one; nothing is overwritten.",
)
@click.option(
    "--move",
    "moves",
    type=click.Path(path_type=Path, file_okay=False),
    help="Like --copy, but move the images.",
)
@click.option("--device", type=DEVICE, default="auto", show_default=True, help="Where to compute.")
def predict(
    run: Path,
    images: tuple[str, ...],
    out: Path,
    how: str | None,
    prior: str,
    thresholds: bool,
    copies: Path | None,
    moves: Path | None,
    device: str,
) -> None:
    """Classify new images with the classifier of a run.

    IMAGES are files, folders, archives or patterns such as 'new/*.jpg'; - reads a list of them
    from standard input, one per line. They are prepared in the same way as the training images,
    which are no longer needed. An image that cannot be read gets a row with its error.
    """
    from geneticgan.jobs.predicting import Deciding
    from geneticgan.jobs.predicting import predict as run_job
    from geneticgan.jobs.sorting import Sorter
    from geneticgan_cli.console import Console

    if copies and moves:
        raise click.UsageError("--copy and --move cannot be combined")
    target = copies or moves
    sorter = Sorter(target, move=moves is not None) if target else None
    named = [each for word in images for each in (_lines() if word == "-" else [word])]
    chosen = how or SUFFIXES.get(out.suffix, "csv")
    with Console(stderr=True).status("Classifying") as status:
        summary = run_job(
            run,
            named,
            out,
            chosen,
            device,
            lambda n: status.update(f"Classifying: {n} images"),
            deciding=Deciding(prior, thresholds),
            sorter=sorter,
        )
    total = sum(summary.counts.values())
    console = Console()
    console.print(f"{total} images classified, written to {out}", highlight=False)
    for name, count in summary.counts.items():
        share = 100 * count / total
        console.print(f"  {name}: {count} ({share:.1f}%)", highlight=False)
    if summary.unreadable:
        console.print(f"{summary.unreadable} could not be read; their rows say why.")
    if sorter:
        done = "moved" if moves else "copied"
        console.print(
            f"{done.capitalize()} into a folder for each class below {target}",
            highlight=False,
        )


def _lines() -> list[str]:
    return [line.rstrip("\n") for line in sys.stdin if line.strip()]
