"""Batches of a training set, normalised on the device."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from geneticgan.data.dataset import Images
from geneticgan.data.draws import Draws, Plan
from geneticgan.data.stores import Batches, Pair, make_store


def to_unit_range(pixels: torch.Tensor) -> torch.Tensor:
    """Return float32 images in [-1, 1] for uint8 ones."""
    return pixels.to(torch.float32).div_(127.5).sub_(1.0)


def to_uint8(images: torch.Tensor) -> torch.Tensor:
    """Return uint8 images for ones in [-1, 1]; the inverse of `to_unit_range`."""
    return images.float().add(1.0).mul(127.5).round().clamp(0, 255).to(torch.uint8)


def balancing_weights(counts: Sequence[int], how: str) -> torch.Tensor | None:
    """Return what an image of each class counts, so that classes weigh alike in batches.

    Parameters
    ----------
    counts : sequence of int
        Training images by class, each >= 1.
    how : str
        As for `BatchSource.balanced`.

    Returns
    -------
    torch.Tensor or None
        Shape (K,), 1 in the mean over a batch; None where labels are drawn evenly.
    """
    if how in ("auto", "batches", "exact"):
        return None
    return (1 / (len(counts) * drawn_shares(counts, how).double())).float()


def drawn_shares(counts: Sequence[int], how: str) -> torch.Tensor:
    """Return each class's share of the batches in the mean, float32 of shape (K,).

    Parameters are those of `balancing_weights`.
    """
    power = {"root": 0.5, "weights": 1.0}.get(how, 0.0)
    drawn = torch.tensor(counts, dtype=torch.float64) ** power
    return (drawn / drawn.sum()).float()


class BatchSource:
    """Draws batches of a training set; batch n is a function of the seed and n alone.

    Parameters
    ----------
    images : Images
        The training images.
    classes, seed, name
        As for `geneticgan.data.draws.Draws`.
    device : torch.device
        Where the batches are made.
    where : {"auto", "device", "host"}
        Where the images are kept; see `geneticgan.data.stores.make_store`.
    """

    def __init__(
        self,
        images: Images,
        classes: int,
        seed: int,
        name: str,
        device: torch.device,
        where: str = "auto",
    ) -> None:
        self._draws = Draws(images.labels, classes, seed, name)
        self._store = make_store(images, device, where)

    def balanced(self, batch_size: int, how: str = "batches") -> Batches:
        """Return what draws batches in which minority images are repeated until all is balanced.

        Nothing else is done to them here (the paper's oversampling). Images have shape (B, C, H, W)
        and are float32 in [-1, 1]; labels (B,) are int64.

        Parameters
        ----------
        batch_size : int
            Images of a batch.
        how : {"auto", "batches", "exact", "root", "weights"}
            Labels uniform over the classes in every batch, in the mean (``auto`` is the same); or
            batches of a shuffled list in which every class has exactly as many entries. With the
            other two it is the losses that are balanced, by `balancing_weights`.
        """
        return self._batches(self._draws.plan(how, batch_size))

    def natural(self, batch_size: int) -> Batches:
        """Return what draws batches with every image equally likely; shapes as in `balanced`."""
        return self._batches(lambda number: self._draws.natural(number, batch_size))

    def _batches(self, plan: Plan) -> Batches:
        stored = self._store.batches(plan)

        def batch(number: int) -> Pair:
            pixels, labels = stored(number)
            return to_unit_range(pixels), labels

        return batch
