"""Batches of a training set, normalised on the device."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import torch

from geneticgan.data.dataset import Images
from geneticgan.data.draws import Draws, Plan
from geneticgan.data.stores import Batches, Pair, make_store


def to_unit_range(pixels: torch.Tensor) -> torch.Tensor:
    """Convert uint8 images to float32 in [-1, 1]."""
    return pixels.to(torch.float32).div_(127.5).sub_(1.0)


def to_uint8(images: torch.Tensor) -> torch.Tensor:
    """Convert images in [-1, 1] to uint8; the inverse of `to_unit_range`."""
    return images.float().add(1.0).mul(127.5).round().clamp(0, 255).to(torch.uint8)


def balancing_weights(counts: Sequence[int], how: str) -> torch.Tensor | None:
    """Return the weight of an image of each class such that classes weigh equally in batches.

    Parameters
    ----------
    counts : sequence of int
        The numbers of training images by class, each >= 1.
    how : str
        As for `BatchSource.balanced`.

    Returns
    -------
    torch.Tensor or None
        Shape (K,), with mean 1 over a batch; None if labels are drawn evenly.
    """
    if how in ("auto", "batches", "exact"):
        return None
    return (1 / (len(counts) * drawn_shares(counts, how).double())).float()


def drawn_shares(counts: Sequence[int], how: str) -> torch.Tensor:
    """Return each class's expected share of the batches, float32 of shape (K,).

    Parameters are those of `balancing_weights`.
    """
    power = {"root": 0.5, "weights": 1.0}.get(how, 0.0)
    drawn = torch.tensor(counts, dtype=torch.float64) ** power
    return (drawn / drawn.sum()).float()


class BatchSource:
    """Draws batches of a training set; batch n is a function of only the seed and n.

    Parameters
    ----------
    images : Images
        The training images.
    classes, seed, name
        As for `geneticgan.data.draws.Draws`.
    device : torch.device
        The device of the batches.
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
        self._named = partial(Draws, images.labels, classes, seed, name)
        self._draws = self._named()
        self._store = make_store(images, device, where)

    def balanced(self, batch_size: int, how: str = "batches") -> Batches:
        """Return a function that draws batches in which all classes are balanced by repetition.

        Images are not changed otherwise (the paper's oversampling). They have shape (B, C, H, W)
        and are float32 in [-1, 1]; labels (B,) are int64.

        Parameters
        ----------
        batch_size : int
            The number of images in a batch.
        how : {"auto", "batches", "exact", "root", "weights"}
            With ``batches`` and ``auto``, labels are uniform over the classes in expectation; with
            ``exact``, batches come from a shuffled list in which all classes have equally many
            entries. With the other two, the losses are balanced by `balancing_weights`.
        """
        return self._batches(self._draws.plan(how, batch_size))

    def positions(self, batch_size: int, how: str = "batches") -> Plan:
        """Return a function that gives the positions (B,) of the images in a `balanced` batch."""
        return self._named().plan(how, batch_size)  # draws of its own: batches are made in a thread

    def natural(self, batch_size: int) -> Batches:
        """Return a function that draws all images equally often; shapes as in `balanced`."""
        return self._batches(lambda number: self._draws.natural(number, batch_size))

    def _batches(self, plan: Plan) -> Batches:
        stored = self._store.batches(plan)

        def batch(number: int) -> Pair:
            pixels, labels = stored(number)
            return to_unit_range(pixels), labels

        return batch
