"""``--device``, wherever something is computed."""

from __future__ import annotations

from typing import Any

import click

from geneticgan.devices import check_device
from geneticgan.errors import ConfigError


class Device(click.ParamType):  # type: ignore[type-arg]  # Click 8.1 has no arguments to give
    """A device's name; whether it is there is found out where it is used."""

    name = "[auto|cpu|cuda|cuda:N]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name, or fail as Click's own types do."""
        try:
            check_device(value)
        except ConfigError as error:
            self.fail(str(error), param, ctx)
        return str(value)


DEVICE = Device()

device_option = click.option(
    "--device",
    type=DEVICE,
    default=None,
    show_default="the run's own",
    help="Where to compute, whatever the run was trained on.",
)
"""For a command that takes up what was made before."""

data_root_option = click.option(
    "--data-root",
    default=None,
    show_default="the run's own",
    help="Where the images are now; has to be named where the run was not made here.",
)
"""For a command that reads the images that a folder names."""
