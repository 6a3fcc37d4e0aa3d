"""The initial weights of a run that continues from another run's networks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch

from geneticgan.errors import RunError
from geneticgan.files import own_folder, written_whole
from geneticgan.networks.adoption import State
from geneticgan.training.model import Model
from geneticgan.training.run_folder import RunFolder
from geneticgan.training.tensors import load_weights, save_state

DISCRIMINATOR = "discriminator"


def generator_name(number: int) -> str:
    """Return the name under which the weights of one of the population's generators are stored."""
    return f"generator-{number}"


def write_beginning(folder: RunFolder, states: Mapping[str, State]) -> None:
    """Write initial weights to a run's folder; raises `RunError` if that fails."""
    try:
        own_folder(folder.beginning)
        for name, state in states.items():
            with written_whole(_file(folder, name)) as temporary:
                save_state(temporary, state)
    except OSError as error:
        cause = error.strerror or error
        raise RunError(f"{folder.beginning} cannot be written: {cause}") from error


def beginning_of(folder: RunFolder, name: str) -> Path | None:
    """Return the file of a network's initial weights; None if the seed initialises it."""
    path = _file(folder, name)
    return path if path.is_file() else None


def begin(module: torch.nn.Module, path: Path | None) -> None:
    """Load initial weights into a network, if there are any; raises `RunError` if damaged."""
    if path is not None:
        load_weights(path, module)


def begin_model(model: Model, folder: RunFolder) -> None:
    """Load initial weights into the networks of a GAN, if the run's folder holds any."""
    begin(model.discriminator, beginning_of(folder, DISCRIMINATOR))
    for number, generator in enumerate(model.generators):
        begin(generator, beginning_of(folder, generator_name(number)))


def _file(folder: RunFolder, name: str) -> Path:
    return folder.beginning / f"{name}.safetensors"
