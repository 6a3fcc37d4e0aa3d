"""``geneticgan export``."""

from __future__ import annotations

from pathlib import Path

import click

from geneticgan_cli.saying import say

SUFFIXES = {".onnx": "onnx", ".pt2": "torch-export", ".safetensors": "safetensors"}


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="File to write; the model card is written beside it, with the suffix .md.",
)
@click.option(
    "--format",
    "how",
    type=click.Choice(list(SUFFIXES.values())),
    help="The format: ONNX and exported programs hold the whole computation, safetensors only the "
    "weights.",
    show_default="by the suffix of --out, else onnx",
)
@click.option(
    "--part",
    type=click.Choice(["classifier", "generator"]),
    default="classifier",
    show_default=True,
    help="The part of the run to export.",
)
def export(run: Path, out: Path, how: str | None, part: str) -> None:
    """Write a run's model to a file that other programs can run.

    The classifier takes images as bytes, uint8 (N, C, S, S) of the model's size, and returns
    probabilities (N, K). The generator takes latents and labels and returns images. Class names
    and preprocessing are stored in the file.
    """
    from geneticgan.jobs.export_model import export_model

    card = export_model(run, how or SUFFIXES.get(out.suffix, "onnx"), part, out)
    say(f"Wrote the {part} to {out}; its model card is {card}")
