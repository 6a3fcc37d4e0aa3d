"""The output of a run's classifier on images it was not trained on, saved in the run folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from geneticgan.data.dataset import Images, Int64Array
from geneticgan.data.splits import Split
from geneticgan.errors import RunError
from geneticgan.evaluation.prediction import class_logits
from geneticgan.files import written_whole
from geneticgan.training.run_folder import RunFolder

PARTS = ("validation", "test")


@dataclass(frozen=True)
class Judged:
    """The classifier's output on a part of the data.

    Attributes
    ----------
    logits : array of float64
        Class logits, of shape (N, K).
    labels : array of int64
        True labels, of shape (N,).
    """

    logits: npt.NDArray[np.float64]
    labels: Int64Array


def keep_judged(
    path: Path, network: torch.nn.Module, split: Split, device: torch.device
) -> dict[str, Judged]:
    """Save the output of a run's classifier on its validation and test part.

    Parameters
    ----------
    path : Path
        The run folder.
    network : torch.nn.Module
        Its classifier, which maps images to (source logits, class logits).
    split : Split
        The split of the run.
    device : torch.device
        The network's device.

    Returns
    -------
    dict of str to Judged
        The output by part.

    Raises
    ------
    RunError
        If the folder cannot be written.
    """
    judged = {part: _judge(getattr(split, part), network, split, device) for part in PARTS}
    arrays = {f"{part}_{key}": array for part in PARTS for key, array in vars(judged[part]).items()}
    goal = RunFolder(path).held_out
    try:
        with written_whole(goal) as temporary:
            np.savez_compressed(temporary, **arrays)
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error.strerror or error}") from error
    return judged


def _judge(images: Images, network: torch.nn.Module, split: Split, device: torch.device) -> Judged:
    if not len(images):
        return Judged(np.empty((0, split.classes)), images.labels)
    return Judged(class_logits(network, images, device), images.labels)


def read_judged(path: Path, part: str) -> Judged:
    """Read what `keep_judged` saved for a part.

    Raises
    ------
    RunError
        If the file is missing or damaged.
    """
    file = RunFolder(path).held_out
    try:
        if file.is_symlink():
            raise OSError("it is a symbolic link")
        with np.load(file) as found:
            judged = Judged(found[f"{part}_logits"], found[f"{part}_labels"])
    except FileNotFoundError as error:
        raise RunError(
            f"{path} holds no {file.name}; 'geneticgan evaluate {path}' makes it"
        ) from error
    except Exception as error:  # whatever a damaged archive raises
        raise RunError(f"{file} is damaged: {error}") from error
    if judged.logits.ndim != 2 or len(judged.logits) != len(judged.labels):
        raise RunError(f"{file} is damaged: its shapes do not fit")
    return judged
