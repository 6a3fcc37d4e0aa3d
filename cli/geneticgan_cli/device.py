"""The options ``--device`` and ``--data-root`` of commands that use a run."""

from __future__ import annotations

from typing import Any

import click

from geneticgan.devices import check_device
from geneticgan.errors import ConfigError


class Device(click.ParamType):  # type: ignore[type-arg]  # Click 8.1 has no arguments to give
    """A device's name; whether the device exists is checked when it is used."""

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
    help="The device to compute on, whatever the run was trained on.",
)
"""The device option of commands that use an existing run."""

data_root_option = click.option(
    "--data-root",
    default=None,
    show_default="the run's own",
    help="Where the images are now; required if the run was made on another machine.",
)
"""The option of commands that read the images of an existing run."""
