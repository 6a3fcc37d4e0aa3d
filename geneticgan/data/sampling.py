"""Batches drawn by index from images held as uint8 on the device."""

from __future__ import annotations

import numpy as np
import torch

from geneticgan.data.dataset import Images, Int64Array
from geneticgan.seeding import numpy_stream


def to_unit_range(pixels: torch.Tensor) -> torch.Tensor:
    """Return float32 images in [-1, 1] for uint8 ones."""
    return pixels.to(torch.float32).div_(127.5).sub_(1.0)


def to_uint8(images: torch.Tensor) -> torch.Tensor:
    """Return uint8 images for ones in [-1, 1]; the inverse of `to_unit_range`."""
    return images.float().add(1.0).mul(127.5).round().clamp(0, 255).to(torch.uint8)


class BatchSource:
    """Draws batches of a training set; batch n is a function of the seed and n alone.

    Parameters
    ----------
    images : Images
        The training images.
    classes : int
        How many classes there are, each with at least one image.
    seed : int
        Of the draws.
    name : str
        Which stream of the seed: users with different names draw independently.
    device : torch.device
        Where the images are held and the batches are made.
    """

    def __init__(
        self, images: Images, classes: int, seed: int, name: str, device: torch.device
    ) -> None:
        self.pixels = torch.from_numpy(images.pixels).to(device)
        self.labels = torch.from_numpy(images.labels).to(device)
        self.classes = classes
        self.device = device
        self._seed = seed
        self._name = name
        self._counts = np.bincount(images.labels, minlength=classes)
        self._by_class = np.argsort(images.labels, kind="stable")
        self._offsets = np.concatenate([[0], np.cumsum(self._counts)[:-1]])

    def balanced(self, number: int, batch_size: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return batch ``number`` with labels uniform over the classes.

        Minority images are repeated, no other augmentation is done (the paper's oversampling).

        Returns
        -------
        images : Tensor
            Shape (B, C, H, W), float32 in [-1, 1].
        labels : Tensor
            Shape (B,), int64.
        """
        rng = numpy_stream(self._seed, self._name, number)
        labels = rng.integers(self.classes, size=batch_size)
        within = (rng.random(batch_size) * self._counts[labels]).astype(np.int64)
        return self._gather(self._by_class[self._offsets[labels] + within])

    def natural(self, number: int, batch_size: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return batch ``number`` with every image equally likely; shapes as in `balanced`."""
        rng = numpy_stream(self._seed, self._name, number)
        return self._gather(rng.integers(len(self.labels), size=batch_size))

    def _gather(self, indices: Int64Array) -> tuple[torch.Tensor, torch.Tensor]:
        chosen = torch.from_numpy(indices).to(self.device)
        return to_unit_range(self.pixels[chosen]), self.labels[chosen]
