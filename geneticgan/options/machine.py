"""Where a run computes, and how often it validates and saves."""

from __future__ import annotations

from dataclasses import dataclass

from geneticgan.devices import DEVICE_PATTERN, DEVICES_TEXT
from geneticgan.options.definition import option

PRECISIONS = ("float32", "tf32", "bf16")
PLACES = ("auto", "device", "host")
MACHINE, RUN = "Machine", "Run"


@dataclass(frozen=True)
class MachineOptions:
    """Device, precision, memory, validation and checkpoints."""

    device: str = option(
        "auto", MACHINE, "The device to compute on.", pattern=DEVICE_PATTERN, means=DEVICES_TEXT
    )
    precision: str = option(
        "float32",
        MACHINE,
        "The precision of forward and backward passes. tf32 is float32 of which a GPU multiplies "
        "only the leading bits; on a CPU it is float32.",
        choices=PRECISIONS,
    )
    images_on: str = option(
        "auto",
        MACHINE,
        "Where training images are kept: on the device, or on the host, from which batches are "
        "streamed. auto is the device if they fit into half of its free memory.",
        choices=PLACES,
        expert=True,
    )
    validate_every: int = option(
        100,
        RUN,
        "The number of generations between two looks at the validation images.",
        minimum=1,
        expert=True,
    )
    checkpoint_every: int = option(
        500, RUN, "The number of generations between two checkpoints.", minimum=1, expert=True
    )
