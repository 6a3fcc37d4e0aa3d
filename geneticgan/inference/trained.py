"""A trained run as a Python object: predict, generate."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from geneticgan.data.dataset import UInt8Array
from geneticgan.data.decoding import UNREADABLE, decode_one, prepare
from geneticgan.errors import ConfigError, DataError
from geneticgan.evaluation.generation import generate
from geneticgan.files import read_regular
from geneticgan.inference.loading import Networks, open_networks
from geneticgan.inference.notebook import as_html
from geneticgan.inference.prediction import decision, probabilities
from geneticgan.inference.priors import Prior


class TrainedRun:
    """A trained run, ready to classify images and to generate new ones.

    Parameters
    ----------
    networks : Networks
        The networks, loaded by `geneticgan.inference.loading.open_networks`.

    Attributes
    ----------
    class_names : tuple of str
        Names of the classes, in the order of the labels.
    """

    def __init__(self, networks: Networks) -> None:
        self._networks = networks
        self.class_names = networks.facts.class_names

    def predict_proba(self, images: Any, *, prior: Prior = "balanced") -> npt.NDArray[np.float64]:
        """Return the probability of each class, calibrated if the run held images out.

        Parameters
        ----------
        images : path, PIL image, array or tensor, or a sequence of them
            Paths and PIL images may have any size and mode, and are prepared as in training. An
            array or tensor is a batch in the model's own size, uint8 or floating point in [0, 1],
            of shape (N, C, H, W), for uint8 also (N, H, W, C), or for grayscale (N, H, W).
        prior : str or mapping from str to float
            How frequent classes are where these images come from: ``balanced``, ``training``, or
            the share of each class (`geneticgan.inference.priors.make_prior`).

        Returns
        -------
        array of float64
            The probabilities, of shape (N, K).

        Raises
        ------
        DataError
            If an image cannot be read or has the wrong shape.
        ConfigError
            If the prior is invalid.
        """
        pixels = self._pixels(images)
        return probabilities(self._networks, pixels, prior)

    def predict(
        self, images: Any, *, prior: Prior = "balanced", thresholds: bool = False
    ) -> list[str]:
        """Return the name of the class of each image.

        Parameters
        ----------
        images, prior : see `predict_proba`
            The images, and how frequent their classes are.
        thresholds : bool
            Whether the thresholds set by ``geneticgan evaluate --threshold`` decide; otherwise
            the most probable class is chosen.

        Raises
        ------
        DataError, ConfigError
            Under the conditions of `predict_proba`, and if the run has no thresholds or the prior
            is not the one for which they were set.
        """
        label_of = decision(self._networks, prior, thresholds=thresholds)
        found = label_of(self.predict_proba(images, prior=prior))
        return [self.class_names[int(i)] for i in found]

    def generate(self, class_name: str, count: int, seed: int = 0) -> UInt8Array:
        """Return generated images of a class, uint8 of shape (count, H, W, C).

        Raises
        ------
        ConfigError
            If there is no such class, or the run keeps no generator.
        """
        networks = self._networks
        label = networks.facts.label(class_name)
        if not networks.generators:
            raise ConfigError(f"{networks.path} keeps no generator")
        labels = torch.full((count,), label)
        images = generate(networks.generators, labels, seed, networks.device)
        found: UInt8Array = images.permute(0, 2, 3, 1).numpy()
        return found

    def __repr__(self) -> str:
        facts = self._networks.facts
        return (
            f"<run {self._networks.path}: {facts.classes} classes, {facts.size} x {facts.size} "
            f"pixels, classifier {self._networks.choice}>"
        )

    def _repr_html_(self) -> str:
        return as_html(self._networks.path, self._networks.facts)

    def _pixels(self, images: Any) -> UInt8Array:
        if isinstance(images, torch.Tensor):
            images = images.detach().cpu().numpy()
        if isinstance(images, np.ndarray):
            return self._batch(images)
        if isinstance(images, str | os.PathLike | Image.Image):
            images = [images]
        if not isinstance(images, Iterable):
            raise DataError(f"images are paths, PIL images, arrays or tensors, not {type(images)}")
        return self._each(list(images))

    def _each(self, images: Sequence[Any]) -> UInt8Array:
        how = self._networks.facts.decoding
        found = []
        for each in images:
            if isinstance(each, Image.Image):
                found.append(prepare(each, how))
                continue
            if not isinstance(each, str | os.PathLike):
                found.append(self._batch(np.asarray(each)[None])[0])
                continue
            try:
                found.append(decode_one(read_regular(Path(each)), how))
            except UNREADABLE as error:
                raise DataError(f"{each} cannot be read as an image") from error
        if not found:
            raise DataError("there is no image to classify")
        return np.stack(found)

    def _batch(self, array: npt.NDArray[Any]) -> UInt8Array:
        facts = self._networks.facts
        shape = (facts.channels, facts.size, facts.size)
        if array.ndim == 3 and facts.channels == 1:
            array = array[:, None]
        if array.ndim == 4 and array.shape[1:] != shape and array.dtype == np.uint8:
            array = array.transpose(0, 3, 1, 2)
        if array.ndim != 4 or array.shape[1:] != shape or not len(array):
            raise DataError(
                f"images of shape {array.shape}; an array must be a batch of shape (N, "
                f"{', '.join(map(str, shape))}); pass other sizes as paths or PIL images"
            )
        if array.dtype == np.uint8:
            return np.ascontiguousarray(array)
        if not (np.isfinite(array).all() and array.min() >= 0 and array.max() <= 1):
            raise DataError("images that are not uint8 must have values in [0, 1]")
        return (array * 255).round().astype(np.uint8)


def load(run: str | os.PathLike[str], device: str = "auto") -> TrainedRun:
    """Load a run, which does not need its training images.

    Parameters
    ----------
    run : path
        The run folder.
    device : str
        Device to load to: ``auto``, ``cpu`` or ``cuda``, whatever the run was trained on.

    Raises
    ------
    RunError
        If it is not a run folder, is damaged, or has no checkpoint yet.
    """
    return TrainedRun(open_networks(Path(run), device))
