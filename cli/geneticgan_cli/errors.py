"""One clear sentence for every error; the traceback is shown only with --debug."""

from __future__ import annotations

from typing import Any

import click

from geneticgan import launch
from geneticgan.errors import GeneticGanError, printable
from geneticgan_cli.blame import package_of
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
            ctx.exit(130)
        except GeneticGanError as error:
            if _debug(ctx):
                raise
            raise click.ClickException(printable(str(error))) from error
        except OSError as error:
            if _debug(ctx):
                raise
            raise click.ClickException(printable(f"the system refused: {error}")) from error
        except Exception as error:
            if _debug(ctx):
                raise
            if _out_of_memory(error):
                raise click.ClickException(
                    "out of memory; lower --batch-size or --width, keep the images on the "
                    "host with --set images_on=host, or use --precision bf16. The last checkpoint "
                    "is kept"
                ) from error
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
