"""Training on arrays, without a folder of images or the command line."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from geneticgan.config import OPTIONS, TrainConfig
from geneticgan.errors import ConfigError, DataError, RunError
from geneticgan.files import not_written, written_whole
from geneticgan.inference.trained import TrainedRun, load
from geneticgan.jobs.beginning import taken_options
from geneticgan.jobs.train import plan
from geneticgan.jobs.train import train as train_run
from geneticgan.methods.of_run import method_of
from geneticgan.methods.unused import check_used
from geneticgan.options.definition import named
from geneticgan.training.hooks import Observer, Status

Progress = Callable[[str, int, int], object]


class _Progress(Observer):
    """Calls a function with the phase of the work, the steps done and the total steps."""

    def __init__(self, tell: Progress) -> None:
        self._tell = tell
        self._title, self._steps = "evolution", 0

    def on_phase(self, title: str, steps: int) -> None:
        self._title, self._steps = title, steps

    def on_status(self, status: Status) -> None:
        self._tell("evolution", status.step, status.steps)

    def on_progress(self, step: int) -> None:
        self._tell(self._title, step, self._steps)


def train(
    images: Any,
    labels: Any,
    *,
    class_names: Sequence[str] | None = None,
    method: str | None = None,
    start: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    on_progress: Progress | None = None,
    **options: Any,
) -> TrainedRun:
    """Train on arrays or tensors, as ``geneticgan train`` does on a data set.

    A part of each class is held out to choose and calibrate the classifier, and a fifth, drawn by
    the seed, to evaluate it.

    Parameters
    ----------
    images : array or Tensor
        Shape (N, H, W), (N, H, W, C) or (N, C, H, W), uint8 or floating point in [0, 1]; square,
        of a size that the networks support (8, 16, 28, 32, 64 or 128 pixels), 1 or 3 channels.
    labels : array-like
        Shape (N,), integers or strings.
    class_names : sequence of str, optional
        The names of the classes in the order of the sorted labels; by default the labels as text.
    method : str, optional
        The method to train, a plugin, as for ``geneticgan train --method``; by default that of
        ``start``, or else ``aggan``.
    start : path, optional
        A run folder whose networks are trained further, as with ``geneticgan train --from``: the
        classes must be the same or more, and are matched by name.
    out : path, optional
        The run folder to create, which every command accepts; the images are kept beside it as
        ``<out>-images.npz``. By default, both are in a temporary folder, which is not deleted.
    on_progress : callable, optional
        Called with the phase of the work, the steps done and the total steps.
    **options : dict
        Any other option of `TrainConfig`, such as ``steps=500`` or ``mutations="nonsat"``.

    Returns
    -------
    TrainedRun
        The run, as from `geneticgan.load`.

    Raises
    ------
    GeneticGanError
        For anything that the user can fix.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> digits = load_digits()
    >>> run = train(digits.images / 16, digits.target, steps=2, width=2)
    >>> len(run.class_names)
    10
    """
    path = Path(tempfile.mkdtemp(prefix="geneticgan-")) / "run" if out is None else Path(out)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise RunError(f"{path} is not empty; choose another out")
    pixels, codes, names = _arrays(images, labels, class_names)
    for name in ("dataset", "data_root"):
        if name in options:
            raise ConfigError(f"{name} cannot be given together with images")
    data = path.with_name(path.name + "-images.npz")
    where = str(data.resolve())
    begins = None if start is None else Path(start)
    taken = taken_options(begins) if begins else {}
    taken.pop("image_size", None)  # that of the arrays
    config = TrainConfig.from_mapping(
        {"imbalance": "as-is", **taken, **options, "dataset": "npz", "data_root": where}
        | ({"method": method} if method else {}),
        "train",
    )
    known = {named(OPTIONS, name).name for name in options}
    check_used(config, {*known, *method_of(config).given})
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(data) as temporary:
            np.savez_compressed(temporary, x_train=pixels, y_train=codes, classes=np.asarray(names))
    except OSError as error:
        raise not_written(data, error) from error
    observers = [_Progress(on_progress)] if on_progress else []
    train_run(config, path, plan(config, observers, begins), observers)
    return load(path, config.device)


def _arrays(
    images: Any, labels: Any, class_names: Sequence[str] | None
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64], list[str]]:
    """Return images, labels 0..K-1 and the names of the classes."""
    pixels, given = (
        each.detach().cpu().numpy() if isinstance(each, torch.Tensor) else np.asarray(each)
        for each in (images, labels)
    )
    if given.ndim != 1 or len(given) != len(pixels) or not len(given):
        raise DataError(
            f"there must be one label for each image, but there are {pixels.shape[:1]} images and "
            f"labels of shape {given.shape}"
        )
    classes, codes = np.unique(given, return_inverse=True)
    names = list(map(str, classes.tolist() if class_names is None else class_names))
    if len(names) != len(classes):
        raise DataError(f"class_names has {len(names)} names, but labels {len(classes)} classes")
    return pixels, codes.astype(np.int64), names
