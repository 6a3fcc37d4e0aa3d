"""One clear sentence for every error; the traceback is shown only with --debug."""

from __future__ import annotations

import math
from typing import Any

import click

from geneticgan import launch
from geneticgan.errors import GeneticGanError, printable
from geneticgan.files import MAKE_ROOM, is_full
from geneticgan_cli.blame import package_of
from geneticgan_cli.ending import INTERRUPTED
from geneticgan_cli.saying import say


class CleanGroup(click.Group):
    """A command group that turns errors into one sentence and a non-zero exit status."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; if there are several processes, only one reports an error."""
        try:
            return self._invoke(ctx)
        except click.ClickException as error:
            if not _first_to_tell():
                ctx.exit(error.exit_code)
            raise

    def _invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            if _first_to_tell():
                say("Stopped at once; the last checkpoint is intact.", err=True)
            ctx.exit(INTERRUPTED)
        except GeneticGanError as error:
            if _debug(ctx):
                raise
            raise click.ClickException(printable(str(error))) from error
        except OSError as error:
            if _debug(ctx):
                raise
            raise click.ClickException(printable(_refused(error))) from error
        except Exception as error:
            if _debug(ctx):
                raise
            if _out_of_memory(error):
                raise click.ClickException(self._too_little_memory(ctx, error)) from error
            if package := package_of(error):
                raise click.ClickException(
                    printable(
                        f"a plugin of {package} failed ({type(error).__name__}: {error}); check it "
                        f"with 'geneticgan plugins check', and tell its author"
                    )
                ) from error
            raise click.ClickException(
                printable(f"unexpected {type(error).__name__}: {error}. This is a bug; ")
                + "'geneticgan --debug ...' shows where"
            ) from error

    def _too_little_memory(self, ctx: click.Context, error: Exception) -> str:
        """Say what can be done, with the options that the command has."""
        from geneticgan.memory import memory_limit

        command = self.get_command(ctx, ctx.invoked_subcommand or "")
        options = {parameter.name for parameter in command.params} if command else set()
        trains, limit = "batch_size" in options, memory_limit()
        ways = ["lower --batch-size or --width"] if trains else []
        if type(error).__name__ == "OutOfMemoryError":  # of a GPU
            if trains:
                ways.append("keep the images off the GPU with --set images_on=host")
                ways.append("use --precision bf16")
            else:
                ways.append("end what else computes on the GPU")
        elif math.isinf(limit):
            ways.append("end other programs")
        else:
            ways.append(f"allow more than {limit / 2**30:.3g} GiB (ulimit -v)")
        text = f"out of memory; {', or '.join(ways)}"
        return text + (". A run goes on from its last checkpoint, if it has one" * trains)


def _refused(error: OSError) -> str:
    if is_full(error):
        return f"the disk is full ({error}); {MAKE_ROOM}"
    return f"the system refused: {error}"


def _first_to_tell() -> bool:
    if launch.count() == 1:
        return True
    from geneticgan.training.together import first_to_tell

    return first_to_tell()


def _out_of_memory(error: Exception) -> bool:
    """Recognise torch's error by name, since importing torch would delay every error message."""
    unmapped = isinstance(error, ImportError) and "failed to map segment" in str(error)
    return unmapped or isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"


def _debug(ctx: click.Context) -> bool:
    return bool((ctx.obj or {}).get("debug"))
