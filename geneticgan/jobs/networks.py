"""The classifiers in a run folder beside the checkpoint of its GAN."""

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
    """Return a method's network, loaded from a run's folder or else trained and stored there.

    Parameters
    ----------
    method : Method
        The method that trains the network.
    key : str
        The name of the network's file.
    folder : RunFolder
        The folder of the run.
    task : Task
        The method's task.

    Raises
    ------
    RunError
        If the stored network is damaged.
    Interrupted
        If a stop was requested.
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
    """Return the file of a network's weights."""
    return folder.classifiers / f"{key}.safetensors"
