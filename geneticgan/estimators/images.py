"""Encodes images of any size, layout, dtype and range, and decodes generated ones."""

from __future__ import annotations

import numpy as np
import torch

from geneticgan.data.sampling import to_unit_range
from geneticgan.estimators.codec import Array, Codec, Int64Array
from geneticgan.networks import Discriminator, Generator, build_discriminator, build_generator
from geneticgan.networks.sizes import CHANNELS, SIZES

LAYOUTS = ("auto", "first", "last")
"""Position of an image's channels."""

RANGES = ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0))
"""Ranges of floating-point images; the first that contains all values is assumed."""


class Pictures(Codec):
    """A codec for images.

    Images are padded to the next size that the networks support, by repeating their edges, and
    generated ones are cropped again. The range of float images is the first of [0, 1], [-1, 1]
    and [0, 255] that contains them, or else that of their values; integer images other than uint8
    have the range of their values.

    Parameters
    ----------
    X : array
        Images of shape (N, H, W), (N, H, W, C) or (N, C, H, W), H and W up to 128, C 1 or 3.
    layout : {"auto", "first", "last"}
        Position of the channels; ``auto`` is the last axis if its length is 1 or 3.
    classes : int
        Number of classes.

    Raises
    ------
    ValueError
        If the shape is none of these.
    """

    def __init__(self, X: Array, layout: str, classes: int) -> None:
        self._dtype = X.dtype
        self._axis = channel_axis(X.shape, layout)
        self._channels, self._height, self._width = self._planes(X).shape[1:]
        self._classes = classes
        if min(self._height, self._width) < 1 or max(self._height, self._width) > SIZES[-1]:
            raise ValueError(
                f"images of {self._height} x {self._width} pixels are not supported: the limit is "
                f"{SIZES[-1]} x {SIZES[-1]}; resize them first"
            )
        self._size = next(s for s in SIZES if s >= max(self._height, self._width))
        self._low, self._high = _range(X)
        before = [(self._size - length) // 2 for length in (self._height, self._width)]
        self._rows = slice(before[0], before[0] + self._height)
        self._columns = slice(before[1], before[1] + self._width)
        after = [
            self._size - length - start
            for length, start in zip((self._height, self._width), before, strict=True)
        ]
        self._pads = [(0, 0), (0, 0), *zip(before, after, strict=True)]
        self._images = self._padded(X)

    def take(self, X: Array, codes: Int64Array) -> None:
        """Draw batches from other images."""
        self._images = self._padded(X)

    def encode(self, X: Array) -> torch.Tensor:
        """Return images (N, C, S, S), in [-1, 1] where their values are within the fitted range."""
        images = self._padded(X)
        return to_unit_range(images) if images.dtype == torch.uint8 else images

    def _planes(self, X: Array) -> Array:
        return X[:, None] if self._axis is None else np.moveaxis(X, self._axis, 1)

    def _padded(self, X: Array) -> torch.Tensor:
        padded = np.pad(self._planes(X), self._pads, mode="edge")
        if self._dtype != np.uint8 or X.dtype != np.uint8:
            span = self._high - self._low or 1.0
            padded = ((padded.astype(np.float64) - self._low) / span * 2 - 1).astype(np.float32)
        return torch.from_numpy(np.ascontiguousarray(padded))

    def networks(self, width: int, latent_dim: int, seed: int) -> tuple[Generator, Discriminator]:
        """Return the convolutional networks."""
        shape = self._channels, self._size, self._classes, width
        generator = build_generator(*shape, latent_dim, seed)
        return generator, build_discriminator(*shape, seed + 1)

    def to(self, device: torch.device) -> None:
        """Move the images to a device."""
        self._images = self._images.to(device)

    def batch(self, rows: torch.Tensor, number: int) -> torch.Tensor:
        """Return images (B, C, S, S) in [-1, 1]."""
        chosen = self._images[rows]
        return to_unit_range(chosen) if chosen.dtype == torch.uint8 else chosen

    def decode(self, generated: torch.Tensor) -> Array:
        """Return images in the layout, dtype and range of X."""
        images = generated[:, :, self._rows, self._columns].double().cpu().numpy()
        images = self._low + (images.clip(-1, 1) + 1) / 2 * (self._high - self._low)
        if self._dtype.kind in "iu":
            images = images.round()
        images = images.astype(self._dtype)
        made = images[:, 0] if self._axis is None else np.moveaxis(images, 1, self._axis)
        return np.ascontiguousarray(made)


def channel_axis(shape: tuple[int, ...], layout: str) -> int | None:
    """Return the axis of the channels of images; None if they have none.

    Raises
    ------
    ValueError
        If the number of axes is wrong, or none at the layout's position has 1 or 3 channels.
    """
    if len(shape) == 3:
        return None
    if len(shape) != 4:
        raise ValueError(
            f"X has {len(shape)} dimensions; a table has 2, images have 3 (n, h, w) or 4 with "
            "their channels"
        )
    candidates = {"auto": (3, 1), "last": (3,), "first": (1,)}[layout]
    for axis in candidates:
        if shape[axis] in CHANNELS:
            return axis
    raise ValueError(
        f"images need 1 or 3 channels, first or last, and X has the shape {shape}; see the "
        "parameter 'channels'"
    )


def _range(X: Array) -> tuple[float, float]:
    if X.dtype == np.uint8:
        return 0.0, 255.0
    low, high = float(X.min()), float(X.max())
    if X.dtype.kind == "f":
        for lower, upper in RANGES:
            if lower <= low and high <= upper:
                return lower, upper
    return low, high
