"""``geneticgan augment``."""

from __future__ import annotations

from pathlib import Path

import click

from geneticgan_cli.device import data_root_option, device_option
from geneticgan_cli.saying import say


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to create.")
@device_option
@data_root_option
def augment(run: Path, out: Path, device: str | None, data_root: str | None) -> None:
    """Write a balanced data set of training and generated images.

    There is one folder per class, as torchvision's ImageFolder expects. Names of generated images
    begin with generated-. If the data set is a folder or a list of files, the files are copied
    unchanged under their own names; otherwise names of real images begin with real-.
    """
    from geneticgan.jobs.export import augment as run_job

    for name, (real, generated) in run_job(run, out, device, data_root).items():
        say(f"{name}: {real} real + {generated} generated")
    say(f"Wrote a balanced data set to {out}")
