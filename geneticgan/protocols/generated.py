"""Protocol ``generated``."""

from __future__ import annotations

import dataclasses
import hashlib
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import interpolate

from geneticgan.config import TrainConfig
from geneticgan.data.cache import Arrays, cached, content_key
from geneticgan.data.dataset import Images, Source
from geneticgan.data.notices import SILENT
from geneticgan.data.splits import Split
from geneticgan.errors import ConfigError
from geneticgan.evaluation.generation import generate
from geneticgan.methods.contract import Task
from geneticgan.methods.of_run import method_of
from geneticgan.networks.sizes import SIZES
from geneticgan.protocols.head import Head
from geneticgan.training.device import resolve_device

SHRUNK = 32
"""Size in pixels of generated images if generators do not support that of training images."""

CHUNK = 250
"""Number of images shrunk at once, which limits the memory."""

NONE = np.empty(0, dtype=np.int64)


class Generated(Head):
    """The class head on images drawn by the protocol's own generator, equally many of each class.

    The generator is trained once, on all training images, and its images are cached, so that every
    method and every seed is evaluated on the same images. No image is held out. If a method needs
    a size that generators do not support, as methods on pretrained features do, images are drawn
    at 32 pixels and enlarged, which puts such a method at a disadvantage.

    Parameters
    ----------
    by : str
        The method that trains the generator, such as ``acgan``, ``egan`` or ``aggan``.
    steps : int
        Number of steps of its training.
    width : int
        Width of its networks.
    images_a_class : int
        Number of images of each class that are scored, at least 1.
    """

    looks_at = "training"

    def __init__(
        self, by: str = "acgan", steps: int = 900, width: int = 16, images_a_class: int = 100
    ) -> None:
        if min(steps, width, images_a_class) < 1:
            raise ValueError(
                "steps, width and images_a_class must be at least 1, got "
                f"{steps}, {width} and {images_a_class}"
            )
        self.config = TrainConfig(
            method=by, steps=steps, width=width, validation_fraction=0.0, checkpoint_every=steps
        )
        self.own = method_of(self.config)
        if self.own.core is None:
            raise ValueError(f"method {by!r} generates no images; name one such as acgan")
        self.images_a_class = images_a_class

    def images(self, source: Source, split: Split) -> Images:
        """Return the generator's images, from the cache if they are there.

        Raises
        ------
        GeneticGanError
            If the training of the generator fails.
        """
        train = split.train
        digests = [
            hashlib.sha256(np.ascontiguousarray(each).data).digest()
            for each in (train.pixels, train.labels)
        ]
        asked = ("judge", self.config.to_json(), self.images_a_class, train.pixels.shape)
        made = cached(content_key(asked, digests), lambda: self._draw(split), SILENT)
        return Images(made["pixels"].astype(np.uint8), made["labels"].astype(np.int64))

    def _draw(self, split: Split) -> Arrays:
        device = resolve_device(self.config.device)
        train = _drawable(split.train)
        learnt = dataclasses.replace(split, train=train, validation=train.take(NONE))
        with tempfile.TemporaryDirectory(prefix="geneticgan-") as folder:
            at = Path(folder) / "run"
            task = Task(learnt, self.own.config, device, at, given=self.own.given)
            fitted = self.own.method.fit(task)
        if not fitted.generators:
            raise ConfigError(f"method {self.own.name!r} keeps no generator to judge by")
        labels = torch.arange(split.classes).repeat_interleave(self.images_a_class)
        pixels = generate(fitted.generators, labels, self.config.seed, device)
        return {"pixels": pixels.numpy(), "labels": labels.numpy()}


def _drawable(images: Images) -> Images:
    """Return images in a size that generators support, unchanged if they have one."""
    if images.pixels.shape[2] in SIZES:
        return images
    size = (SHRUNK, SHRUNK)
    pixels = torch.from_numpy(np.ascontiguousarray(images.pixels))
    chunks = [
        interpolate(each.float(), size, mode="bilinear", antialias=True).round().byte()
        for each in torch.split(pixels, CHUNK)
    ]
    return Images(torch.cat(chunks).numpy(), images.labels)
