"""The command group. Importing this loads neither torch nor a plugin, so --help is instant."""

from __future__ import annotations

import codecs
import io
import sys
import warnings

import click

from geneticgan import __version__, launch
from geneticgan.errors import ConfigError
from geneticgan_cli.commands.augment import augment
from geneticgan_cli.commands.benchmark import benchmark
from geneticgan_cli.commands.choose import choose
from geneticgan_cli.commands.compare import compare
from geneticgan_cli.commands.datasets import datasets
from geneticgan_cli.commands.doctor import doctor
from geneticgan_cli.commands.evaluate import evaluate
from geneticgan_cli.commands.export import export
from geneticgan_cli.commands.generate import generate
from geneticgan_cli.commands.measure import measure
from geneticgan_cli.commands.plugins import plugins
from geneticgan_cli.commands.predict import predict
from geneticgan_cli.commands.report import report
from geneticgan_cli.commands.resume import resume
from geneticgan_cli.commands.sweep import sweep
from geneticgan_cli.commands.train import train
from geneticgan_cli.commands.tune import tune
from geneticgan_cli.commands.watch import watch
from geneticgan_cli.ending import INTERRUPTED, end_at_once, second_ends_all
from geneticgan_cli.errors import CleanGroup
from geneticgan_cli.starting import starting


@click.group(cls=CleanGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="geneticgan")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """Annealing genetic GANs for class-imbalanced images.

    Try it with geneticgan train; for images of your own begin with geneticgan choose.
    """
    ctx.obj = {"debug": debug}
    # Pillow warns of damaged metadata; files that cannot be read are reported by name elsewhere.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    if launch.count() > 1 and ctx.invoked_subcommand not in ("train", "resume"):
        raise ConfigError(
            f"{ctx.invoked_subcommand} runs in one process: start it without torchrun, which is "
            "for train and resume"
        )


for command in (
    train,
    choose,
    tune,
    resume,
    watch,
    evaluate,
    measure,
    report,
    predict,
    export,
    generate,
    augment,
    datasets,
    benchmark,
    sweep,
    compare,
    plugins,
    doctor,
):
    cli.add_command(command)


PLAIN = "geneticgan_plain"
"""Name of the way in which characters are written that an encoding lacks."""

SPELT = {"±": "+-", "…": "..."}
"""Characters of the screens that have a plain spelling."""


def spell(error: UnicodeError) -> tuple[str | bytes, int]:
    """Write a character by its plain spelling, or else as Python escapes it."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    sign = error.object[error.start]
    escaped = sign.encode("ascii", "backslashreplace").decode()
    return SPELT.get(sign, escaped), error.start + 1


codecs.register_error(PLAIN, spell)


def write_any_sign() -> None:
    """Escape characters that a terminal cannot show, such as a Japanese name under cp1252.

    Otherwise Python would raise `UnicodeEncodeError` in the middle of a run.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=PLAIN)


def main() -> None:
    """Run the command line; Ctrl-C ends it at once, with the conventional exit status."""
    write_any_sign()
    second_ends_all()
    try:
        with starting():
            cli(standalone_mode=True)
    except KeyboardInterrupt:
        end_at_once(INTERRUPTED)
    except SystemExit as end:
        if end.code == INTERRUPTED:
            end_at_once(INTERRUPTED)
        raise


if __name__ == "__main__":
    main()
