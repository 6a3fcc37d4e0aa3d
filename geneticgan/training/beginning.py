"""The weights that a run begins with, where it goes on from another run's networks."""

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
    """Return what the weights of a generator of the population are filed under."""
    return f"generator-{number}"


def write_beginning(folder: RunFolder, states: Mapping[str, State]) -> None:
    """Keep weights to begin with in a run's folder; `RunError` if it cannot be written."""
    try:
        own_folder(folder.beginning)
        for name, state in states.items():
            with written_whole(_file(folder, name)) as temporary:
                save_state(temporary, state)
    except OSError as error:
        cause = error.strerror or error
        raise RunError(f"{folder.beginning} cannot be written: {cause}") from error


def beginning_of(folder: RunFolder, name: str) -> Path | None:
    """Return the file of a network's first weights; None where it begins by the seed."""
    path = _file(folder, name)
    return path if path.is_file() else None


def begin(module: torch.nn.Module, path: Path | None) -> None:
    """Give a network its first weights, if there are any; `RunError` if they are damaged."""
    if path is not None:
        load_weights(path, module)


def begin_model(model: Model, folder: RunFolder) -> None:
    """Give the networks of a GAN their first weights, if its run's folder holds any."""
    begin(model.discriminator, beginning_of(folder, DISCRIMINATOR))
    for number, generator in enumerate(model.generators):
        begin(generator, beginning_of(folder, generator_name(number)))


def _file(folder: RunFolder, name: str) -> Path:
    return folder.beginning / f"{name}.safetensors"
