"""The output of a run's classifier on images it was not trained on, saved in the run folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from geneticgan.data.dataset import Images
from geneticgan.data.splits import Split
from geneticgan.errors import RunError, typed
from geneticgan.evaluation.outputs import OutOfFold, Predicted, read_arrays, write_arrays
from geneticgan.evaluation.prediction import class_logits
from geneticgan.files import not_written
from geneticgan.training.run_folder import RunFolder

PARTS = ("validation", "test")


def keep_predictions(
    path: Path, network: torch.nn.Module, split: Split, device: torch.device
) -> dict[str, Predicted]:
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
    dict of str to Predicted
        The output by part.

    Raises
    ------
    RunError
        If the folder cannot be written.
    """
    outputs = {part: _predicted(getattr(split, part), network, split, device) for part in PARTS}
    arrays = {
        f"{part}_{key}": array for part in PARTS for key, array in vars(outputs[part]).items()
    }
    goal = RunFolder(path).held_out
    try:
        write_arrays(goal, arrays)
    except OSError as error:
        raise not_written(path, error) from error
    return outputs


def _predicted(
    images: Images, network: torch.nn.Module, split: Split, device: torch.device
) -> Predicted:
    if not len(images):
        return Predicted(np.empty((0, split.classes)), images.labels)
    return Predicted(class_logits(network, images, device), images.labels)


def read_predictions(path: Path, part: str) -> Predicted:
    """Read what `keep_predictions` saved for a part.

    Raises
    ------
    RunError
        If the file is missing or damaged.
    """
    file = RunFolder(path).held_out
    try:
        return Predicted(*read_arrays(file, [f"{part}_logits", f"{part}_labels"]))
    except FileNotFoundError as error:
        raise RunError(
            f"{path} holds no {file.name}; it is made by: {typed('evaluate', path)}"
        ) from error


def has_out_of_fold(path: Path) -> bool:
    """Return whether a run keeps the output of networks trained on splits of its images."""
    return RunFolder(path).out_of_fold.is_file()


def read_held_out(path: Path) -> Predicted:
    """Read the output on images that were held out: by the run, else by splits of its images.

    Raises
    ------
    RunError
        If the file is missing or damaged.
    """
    held = read_predictions(path, "validation")
    if len(held.labels) or not has_out_of_fold(path):
        return held
    return OutOfFold.read(RunFolder(path).out_of_fold)
