"""Classes and probabilities of new images, many at a time and with little memory."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geneticgan.data.dataset import Images, UInt8Array
from geneticgan.data.decoding import UNREADABLE, decode_one
from geneticgan.evaluation.prediction import class_logits
from geneticgan.inference.loading import Networks

BATCH = 256
"""Images decoded and classified together; bounds the memory."""


@dataclass(frozen=True)
class Prediction:
    """What a run says of one image.

    Attributes
    ----------
    name : str
        Of the image, as it was asked about.
    label : int or None
        The most probable class; None for an image that cannot be read.
    probabilities : array of float64
        Shape (K,), or (0,) for an image that cannot be read.
    error : str
        Why it cannot be read; empty if it can.
    """

    name: str
    label: int | None
    probabilities: npt.NDArray[np.float64]
    error: str = ""


def probabilities(networks: Networks, pixels: UInt8Array) -> npt.NDArray[np.float64]:
    """Return the probability of each class, shape (N, K), of images (N, C, H, W) of uint8."""
    nothing = np.zeros(len(pixels), dtype=np.int64)
    logits = class_logits(networks.classifier, Images(pixels, nothing), networks.device)
    grown = np.exp(logits - logits.max(axis=1, keepdims=True))
    found: npt.NDArray[np.float64] = grown / grown.sum(axis=1, keepdims=True)
    return found


def predict_files(networks: Networks, files: Iterable[tuple[str, Path]]) -> Iterator[Prediction]:
    """Classify image files, decoded exactly as in training, one after the other.

    A file that cannot be read is a prediction with an error, and not the end.
    """
    left = iter(files)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        while chunk := list(islice(left, BATCH)):
            decoded = list(pool.map(lambda each: _decode(networks, each[1]), chunk))
            readable = [each for each in decoded if isinstance(each, np.ndarray)]
            found = iter(list(probabilities(networks, np.stack(readable))) if readable else [])
            for (name, _), each in zip(chunk, decoded, strict=True):
                if isinstance(each, np.ndarray):
                    own = next(found)
                    yield Prediction(name, int(own.argmax()), own)
                else:
                    yield Prediction(name, None, np.empty(0), each)


def _decode(networks: Networks, path: Path) -> UInt8Array | str:
    """Return the pixels, or why there are none."""
    try:
        return decode_one(path.read_bytes(), networks.facts.decoding)
    except UNREADABLE as error:
        cause = error.strerror if isinstance(error, OSError) else None
        return cause or "damaged, or not an image"
