"""``geneticgan measure``."""

from __future__ import annotations

from pathlib import Path

import click

from geneticgan_cli.device import data_root_option, device_option
from geneticgan_cli.saying import say


@click.command()
@click.argument("path", metavar="RUN_OR_BENCHMARK", type=click.Path(path_type=Path))
@click.option(
    "--features",
    type=click.Choice(["classifier", "inception"]),
    default="classifier",
    show_default=True,
    help="The network whose features are compared: classifier, which is trained here on all real "
    "training images, or inception, which is InceptionV3.",
)
@click.option(
    "--inception-weights",
    type=click.Path(path_type=Path),
    show_default="where torch keeps downloaded weights",
    help="The weights file that torch-fidelity publishes.",
)
@device_option
@data_root_option
@click.pass_context
def measure(
    ctx: click.Context,
    path: Path,
    features: str,
    inception_weights: Path | None,
    device: str | None,
    data_root: str | None,
) -> None:
    """Measure how good, varied and new generated images are.

    The measures are FID, KID, precision, recall, density, coverage, and the distance to the
    nearest training image, which reveals copying. Existing measurements are kept.
    """
    from geneticgan.jobs.measuring import measure as run_job
    from geneticgan.training.interrupt import Interrupted
    from geneticgan_cli.console import Console
    from geneticgan_cli.screen import watching
    from geneticgan_cli.tables import print_generation

    console = Console()
    try:
        with watching(console) as screen:
            found = run_job(path, features, inception_weights, [screen], device, data_root)
    except Interrupted as stop:
        say("Stopped; what has been measured is kept.", err=True)
        ctx.exit(128 + stop.signal_number)
    for title, scores in found:
        print_generation(console, title, scores)
