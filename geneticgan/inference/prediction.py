"""Predicts classes and probabilities of new images, many at a time and with little memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geneticgan.data.dataset import Images, Int64Array, UInt8Array
from geneticgan.data.decoding import UNREADABLE, decode_one
from geneticgan.errors import ConfigError
from geneticgan.evaluation.prediction import class_logits
from geneticgan.files import RefusedError, read_regular
from geneticgan.inference.loading import Networks
from geneticgan.inference.priors import Prior, make_prior, move_to_prior
from geneticgan.inference.thresholds import decide

Decision = Callable[[npt.NDArray[np.float64]], Int64Array]

BATCH = 256
"""Number of images decoded and classified at once, which limits the memory."""


@dataclass(frozen=True)
class Prediction:
    """A run's prediction for one image.

    Attributes
    ----------
    name : str
        Name of the image, as given by the user.
    file : Path
        Its file, which for an image in an archive is an unpacked copy.
    label : int or None
        Label of the predicted class; None for an image that cannot be read.
    probabilities : array of float64
        Class probabilities, of shape (K,), or (0,) for an image that cannot be read.
    error : str
        Why the image cannot be read; empty if it can.
    """

    name: str
    file: Path
    label: int | None
    probabilities: npt.NDArray[np.float64]
    error: str = ""


def probabilities(
    networks: Networks, pixels: UInt8Array, prior: Prior = "balanced"
) -> npt.NDArray[np.float64]:
    """Return the class probabilities (N, K) of uint8 images (N, C, H, W).

    They are calibrated if the run held images out, and hold under a prior as for `make_prior`.
    """
    shares = make_prior(prior, networks.facts)
    nothing = np.zeros(len(pixels), dtype=np.int64)
    logits = class_logits(networks.classifier, Images(pixels, nothing), networks.device)
    found = networks.facts.calibration.probabilities(logits)
    return found if prior == "balanced" else move_to_prior(found, shares)


def decision(networks: Networks, prior: Prior, *, thresholds: bool) -> Decision:
    """Return a function that maps probabilities (N, K) to labels (N,).

    Parameters
    ----------
    networks : Networks
        The networks of the run.
    prior : str or mapping
        The prior under which the probabilities hold.
    thresholds : bool
        Whether the run's thresholds decide; otherwise the most probable class is chosen.

    Raises
    ------
    ConfigError
        If the run has no thresholds, or the prior is not the one for which they were set.
    """
    if not thresholds:
        return lambda found: found.argmax(axis=1)
    limits = networks.facts.thresholds
    if not limits:
        raise ConfigError(
            f"{networks.path} keeps no thresholds; set one with 'geneticgan evaluate "
            f"{networks.path} --threshold CLASS=recall:0.95'"
        )
    if prior != "balanced":
        raise ConfigError("thresholds are for balanced probabilities; use them without a prior")
    return partial(decide, thresholds=limits)


def predict_files(
    networks: Networks,
    files: Iterable[tuple[str, Path]],
    prior: Prior = "balanced",
    *,
    thresholds: bool = False,
) -> Iterator[Prediction]:
    """Classify image files in order, decoded exactly as in training.

    A file that cannot be read gives a prediction with an error, and the rest goes on. For the
    prior and thresholds see `probabilities` and `decision`, whose errors are raised.
    """
    label_of = decision(networks, prior, thresholds=thresholds)
    left = iter(files)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        while chunk := list(islice(left, BATCH)):
            decoded = list(pool.map(lambda each: _decode(networks, each[1]), chunk))
            readable = [each for each in decoded if isinstance(each, np.ndarray)]
            found: Iterator[tuple[npt.NDArray[np.float64], np.int64]] = iter(())
            if readable:
                shares = probabilities(networks, np.stack(readable), prior)
                found = zip(shares, label_of(shares), strict=True)
            for (name, file), each in zip(chunk, decoded, strict=True):
                if isinstance(each, np.ndarray):
                    own, label = next(found)
                    yield Prediction(name, file, int(label), own)
                else:
                    yield Prediction(name, file, None, np.empty(0), each)


def _decode(networks: Networks, path: Path) -> UInt8Array | str:
    """Return the pixels, or the reason why the file cannot be read."""
    try:
        return decode_one(read_regular(path), networks.facts.decoding)
    except UNREADABLE as error:
        if isinstance(error, RefusedError):
            return str(error)
        cause = error.strerror if isinstance(error, OSError) else None
        return cause or "damaged, or not an image"
