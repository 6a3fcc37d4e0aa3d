"""What a discriminator's frozen part reads in real images, computed once for each image."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from geneticgan.data.dataset import Int64Array
from geneticgan.data.draws import Plan
from geneticgan.data.stores import upload

LARGEST = 2**30
"""The maximal number of bytes kept; if all images need more, nothing is kept."""

PORTION = 16
"""The number of images read at once, always the same one, so that it affects no image's result."""


class ReadOnce:
    """Looks up the images of a batch by their positions, and reads those it has not met before.

    What is kept lies on the device of the images. It takes memory as images are met, and none if
    all of them would take more than `LARGEST`.

    Parameters
    ----------
    read : callable
        Maps images (B, C, H, W) to a tuple of tensors (B, ...), of which row i depends on image i
        alone, and always in the same way.
    positions : callable
        Maps the number of a batch to the positions (B,) of its images.
    count : int
        The number of all images.
    """

    def __init__(
        self,
        read: Callable[[torch.Tensor], tuple[torch.Tensor, ...]],
        positions: Plan,
        count: int,
    ) -> None:
        self._read = read
        self._positions = positions
        self._met = np.zeros(count, dtype=bool)
        self._kept: tuple[torch.Tensor, ...] | None = None

    def __call__(self, number: int, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return what is read in the images of batch ``number``; empty if nothing is kept."""
        if self._kept is None:
            self._kept = self._room(images)
        if not self._kept:
            return ()
        positions = self._positions(number)
        distinct, rows = np.unique(positions, return_index=True)
        new = rows[~self._met[distinct]]
        for start in range(0, len(new), PORTION):
            self._keep(positions, new[start : start + PORTION], images)
        self._met[positions] = True
        chosen = upload(torch.from_numpy(positions), images.device)
        return tuple(each[chosen] for each in self._kept)

    def _keep(self, positions: Int64Array, rows: Int64Array, images: torch.Tensor) -> None:
        """Read the images in at most `PORTION` rows of a batch."""
        assert self._kept is not None  # made before
        shown = upload(torch.from_numpy(np.resize(rows, PORTION)), images.device)
        places = upload(torch.from_numpy(positions[rows]), images.device)
        for kept, found in zip(self._kept, self._read(images[shown]), strict=True):
            kept[places] = found[: len(rows)]

    def _room(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return uninitialised tensors for all images; none if they would be too large."""
        like = self._read(images[:1])
        count = len(self._met)
        if count * sum(each.nbytes for each in like) > LARGEST:
            return ()
        return tuple(each.new_empty((count, *each.shape[1:])) for each in like)
