"""Digests of images, by which the training images of a run are recognised."""

from __future__ import annotations

import hashlib

import numpy as np

from geneticgan.data.dataset import Images

DIGITS = 16
"""The number of hexadecimal digits of a digest."""


def digests(images: Images) -> list[str]:
    """Return a digest of each image; images with equal pixels have equal digests."""
    size = DIGITS // 2
    return [
        hashlib.blake2b(np.ascontiguousarray(each).data, digest_size=size).hexdigest()
        for each in images.pixels
    ]
