"""Digests of images, by which it is known again what a run has learnt from."""

from __future__ import annotations

import hashlib

import numpy as np

from geneticgan.data.dataset import Images

DIGITS = 16
"""Of a digest, hexadecimal."""


def digests(images: Images) -> list[str]:
    """Return a digest of each image, the same for equal pixels."""
    size = DIGITS // 2
    return [
        hashlib.blake2b(np.ascontiguousarray(each).data, digest_size=size).hexdigest()
        for each in images.pixels
    ]
