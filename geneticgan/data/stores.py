"""Where the images of a training set are while batches are drawn from them."""

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
"""From a batch's number to its images and labels."""

AHEAD = 4
"""Batches that are made ready before they are asked for."""

HELD_SHARE = 0.5
"""Of the memory that is free on a GPU, what images may take."""


class Store(Protocol):
    """Gives the images of batches."""

    def batches(self, plan: Plan) -> Batches:
        """Return what gives the batches of a plan, each of the same size."""


class HeldImages:
    """Images held on the device, from where a batch is gathered by index.

    Parameters
    ----------
    images : Images
        On a CPU they are not copied.
    device : torch.device
        Where they are held.
    """

    def __init__(self, images: Images, device: torch.device) -> None:
        self._pixels = torch.from_numpy(images.pixels).to(device)
        self._labels = torch.from_numpy(images.labels).to(device)
        self._device = device

    def batches(self, plan: Plan) -> Batches:
        """Gather on the device."""

        def batch(number: int) -> Pair:
            chosen = upload(torch.from_numpy(plan(number)), self._device)
            return self._pixels[chosen], self._labels[chosen]

        return batch


class StreamedImages:
    """Images that stay on the host; a thread gathers and uploads the next batches ahead of time.

    The images are decoded already, so there is nothing to do for worker processes: gathering a
    batch is a copy, and numpy and torch let other threads run meanwhile.

    Parameters
    ----------
    images : Images
        In memory or mapped into it.
    device : torch.device
        Where the batches go.
    """

    def __init__(self, images: Images, device: torch.device) -> None:
        self._images = images
        self._device = device

    def batches(self, plan: Plan) -> Batches:
        """Gather ahead of time; batches are best asked for in order."""
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
        Where batches are used.
    where : {"auto", "device", "host"}
        ``auto`` holds them on the device if they take at most half of what is free there.
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
    """Return a tensor of the host on the device, without waiting for what the device does."""
    if device.type != "cuda":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)
