"""The classifiers that a run folder keeps beside the checkpoint of its GAN."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from geneticgan.files import written_whole
from geneticgan.methods.contract import Method, Task
from geneticgan.training.beginning import beginning_of
from geneticgan.training.run_folder import RunFolder
from geneticgan.training.tensors import load_weights, save_weights


def trained(method: Method, key: str, folder: RunFolder, task: Task) -> torch.nn.Module:
    """Return a method's network: the one that a run's folder holds, or a new one, which is kept.

    Parameters
    ----------
    method : Method
        Trains it.
    key : str
        Name that the network is filed under.
    folder : RunFolder
        Of the run.
    task : Task
        What the method is given.

    Raises
    ------
    RunError
        If what the folder holds is damaged.
    Interrupted
        If a stop was asked for.
    """
    path = network_file(folder, key)
    if path.is_file():
        network = method.unfilled(task.split, task.config, task.device)
        load_weights(path, network)
        return network
    fitted = method.fit(replace(task, beginning=beginning_of(folder, key))).network
    with written_whole(path) as temporary:
        save_weights(temporary, fitted)
    return fitted


def network_file(folder: RunFolder, key: str) -> Path:
    """Return where a network's weights lie."""
    return folder.classifiers / f"{key}.safetensors"
