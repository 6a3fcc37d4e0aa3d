"""Stores that hold the images of a training set and return batches of them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

import torch

from geneticgan.data.dataset import Images
from geneticgan.data.draws import Plan

Pair = tuple[torch.Tensor, torch.Tensor]
"""Images (B, C, H, W) and labels (B,) on the device."""

Batches = Callable[[int], Pair]
"""A function from the number of a batch to its images and labels."""

AHEAD = 4
"""The number of batches that are prepared in advance."""

HELD_SHARE = 0.5
"""The share of a GPU's free memory that the images may take."""


class Store(Protocol):
    """Holds images and returns batches of them."""

    def batches(self, plan: Plan) -> Batches:
        """Return a function that returns the batches of a plan, which all have the same size."""


class HeldImages:
    """A store that holds all images on the device and selects batches there.

    Parameters
    ----------
    images : Images
        The images; on a CPU they are not copied.
    device : torch.device
        The device that holds them.
    """

    def __init__(self, images: Images, device: torch.device) -> None:
        self._pixels = torch.from_numpy(images.pixels).to(device)
        self._labels = torch.from_numpy(images.labels).to(device)
        self._device = device

    def batches(self, plan: Plan) -> Batches:
        """Return a function that selects the batches of a plan on the device."""

        def batch(number: int) -> Pair:
            chosen = upload(torch.from_numpy(plan(number)), self._device)
            return self._pixels[chosen], self._labels[chosen]

        return batch


class StreamedImages:
    """A store that keeps images on the host, from where a thread uploads batches in advance.

    Since the images are decoded already, a batch is only a copy, during which numpy and torch let
    other threads run; worker processes would not help.

    Parameters
    ----------
    images : Images
        The images, in memory or mapped from disk.
    device : torch.device
        The device to which the batches are uploaded.
    """

    def __init__(self, images: Images, device: torch.device) -> None:
        self._images = images
        self._device = device

    def batches(self, plan: Plan) -> Batches:
        """Return a function that returns the batches of a plan, fastest in ascending order."""
        thread = ThreadPoolExecutor(1, thread_name_prefix="batches")
        coming: dict[int, Future[Pair]] = {}

        def gather(number: int) -> Pair:
            chosen = plan(number)
            pixels = torch.from_numpy(self._images.pixels[chosen])
            labels = torch.from_numpy(self._images.labels[chosen])
            return upload(pixels, self._device), upload(labels, self._device)

        def batch(number: int) -> Pair:
            if number not in coming:  # at the start, or after a jump
                coming.clear()
            for ahead in range(number, number + 1 + AHEAD):
                if ahead not in coming:
                    coming[ahead] = thread.submit(gather, ahead)
            return coming.pop(number).result()

        return batch


def make_store(images: Images, device: torch.device, where: str = "auto") -> Store:
    """Return a store for images.

    Parameters
    ----------
    images : Images
        The training images.
    device : torch.device
        The device on which batches are used.
    where : {"auto", "device", "host"}
        Where to hold the images. ``auto`` chooses the device unless it is a GPU and the images
        would take more than half of its free memory.
    """
    if where == "auto":
        where = "device" if _fits(images, device) else "host"
    return HeldImages(images, device) if where == "device" else StreamedImages(images, device)


def _fits(images: Images, device: torch.device) -> bool:
    if device.type != "cuda":
        return True
    free, _ = torch.cuda.mem_get_info(device)
    return images.pixels.nbytes <= HELD_SHARE * free


def upload(tensor: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Return a copy of a host tensor on the device, without waiting for the device to be idle."""
    if device.type != "cuda":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)
