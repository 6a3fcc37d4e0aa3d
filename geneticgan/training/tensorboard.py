"""Scalars and samples of a run for TensorBoard."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from geneticgan.errors import ConfigError
from geneticgan.evaluation.generation import generate
from geneticgan.networks import Generator
from geneticgan.training.hooks import Observer

COLUMNS = 8
"""The number of images of each class in a grid."""

EVERY = 10
"""The number of generations between scalars."""


def summary_writer() -> Any:
    """Return torch's writer of event files; raises `ConfigError` if TensorBoard is missing."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise ConfigError(
            "--tensorboard needs TensorBoard: pip install 'geneticgan[tensorboard]'"
        ) from error
    return SummaryWriter


class TensorBoard(Observer):
    """Writes event files that ``tensorboard --logdir`` shows.

    Parameters
    ----------
    folder : Path
        The folder of the event files; it is created.
    classes : int
        The number of classes, K.
    seed : int
        The seed of the latents, which are always the same, so that changes of the images show.
    first : int
        The generation from which a resumed run continues; later events are discarded.

    Raises
    ------
    ConfigError
        If TensorBoard is not installed.
    """

    def __init__(self, folder: Path, classes: int, seed: int, first: int = 0) -> None:
        writer = summary_writer()
        self._writer = writer(str(folder), purge_step=first + 1 if first else None)
        self._classes = classes
        self._seed = seed

    def on_record(self, record: dict[str, Any]) -> None:
        """Write the generation's scalars."""
        step = record["step"]
        if record.get("validation_acsa") is not None:
            self._writer.add_scalar("validation ACSA", record["validation_acsa"], step)
            smallest = record["validation_smallest"]
            self._writer.add_scalar("validation, smallest class", smallest, step)
        if step % EVERY:
            return
        for name, loss in record["loss"].items():
            self._writer.add_scalar(f"loss/{name}", loss, step)
        self._writer.add_scalar("temperature", record["T"], step)
        self._writer.add_scalar("images per second", record["images_per_second"], step)
        families = record["families"]
        accepted = sum(family["accepted"] for family in families) / len(families)
        self._writer.add_scalar("accepted", accepted, step)
        for number, family in enumerate(families):
            for part, value in family["parent"].items():
                if value is not None:
                    self._writer.add_scalar(f"parent {number}/{part}", value, step)
            for child in family["offspring"]:
                for part in ("quality", "diversity"):
                    if child[part] is not None:
                        self._writer.add_scalar(f"{child['mutation']}/{part}", child[part], step)

    def on_population(self, step: int, generators: Sequence[Generator]) -> None:
        """Write a grid of samples, with a row for each class."""
        from torchvision.utils import make_grid

        labels = torch.arange(self._classes).repeat_interleave(COLUMNS)
        device = next(generators[0].parameters()).device
        images = generate(generators, labels, self._seed, device)
        self._writer.add_image("samples", make_grid(images, nrow=COLUMNS, pad_value=255), step)
        self._writer.flush()
