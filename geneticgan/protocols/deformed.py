"""Protocol ``deformed``."""

from __future__ import annotations

import numpy as np
import torch
from torchvision.transforms import v2

from geneticgan.data.dataset import Images, Source
from geneticgan.data.splits import Split
from geneticgan.protocols.head import Head
from geneticgan.seeding import numpy_stream, torch_seeded

SEED = 0
"""Seed of all draws, so that every method and run is evaluated on the same images."""


class Deformed(Head):
    """The class head on training images, changed in ways that no augmentation here uses.

    They are seen from another side (perspective), in another light (brightness, contrast) and out
    of focus, which exposes a network that has memorised its training images. No image is held out.

    Parameters
    ----------
    images_a_class : int
        Number of images of each class that are scored, at least 1; images of small classes are
        used repeatedly, each time changed in another way.
    strength : float
        Strength of perspective, brightness and contrast, in [0, 1); 0 leaves images unchanged, for
        comparison.
    """

    looks_at = "training"

    def __init__(self, images_a_class: int = 100, strength: float = 0.3) -> None:
        if images_a_class < 1 or not 0 <= strength < 1:
            raise ValueError(
                "images_a_class must be at least 1 and strength in [0, 1), got "
                f"{images_a_class} and {strength}"
            )
        self.images_a_class = images_a_class
        self.strength = strength

    def images(self, source: Source, split: Split) -> Images:
        """Return equally many changed images of every class."""
        train, rng = split.train, numpy_stream(SEED, "judge")
        chosen = [
            np.resize(rng.permutation(np.flatnonzero(train.labels == label)), self.images_a_class)
            for label in range(split.classes)
        ]
        picked = train.take(np.concatenate(chosen))
        if not self.strength:
            return Images(picked.pixels, picked.labels)
        pixels = torch.from_numpy(np.ascontiguousarray(picked.pixels))
        change = v2.Compose(
            [
                v2.RandomPerspective(self.strength, p=1.0, fill=int(pixels.float().median())),
                v2.ColorJitter(brightness=self.strength, contrast=self.strength),
                v2.GaussianBlur(3, (0.1, 1.0)),
            ]
        )
        with torch_seeded(int(rng.integers(2**31))):  # torchvision draws from the global generator
            changed = torch.stack([change(each) for each in pixels])
        return Images(changed.numpy(), picked.labels)
