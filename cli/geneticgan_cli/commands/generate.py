"""``geneticgan generate``."""

from __future__ import annotations

from pathlib import Path

import click

from geneticgan_cli.completion import complete_classes
from geneticgan_cli.device import DEVICE
from geneticgan_cli.saying import say


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--class",
    "class_name",
    help="The name or label of a class; without it, all classes are generated.",
    shell_complete=complete_classes,
)
@click.option(
    "--count", type=click.IntRange(min=1), default=16, show_default=True, help="Images per class."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder for PNG files and images.npz.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the latents."
)
@click.option("--device", type=DEVICE, default="auto", show_default=True, help="Where to compute.")
def generate(
    run: Path, class_name: str | None, count: int, out: Path, seed: int, device: str
) -> None:
    """Write generated images as PNG files and one npz."""
    from geneticgan.jobs.export import generate_images

    npz = generate_images(run, class_name, count, out, seed, device)
    say(f"Wrote PNG files to {out} and all of them to {npz}")
