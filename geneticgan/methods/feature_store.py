"""Features of single images on disk, found again in any data set that contains the image."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from geneticgan.data.cache import content_key
from geneticgan.data.dataset import UInt8Array
from geneticgan.data.places import cache_folder
from geneticgan.files import write_whole

Float32Array = npt.NDArray[np.float32]

DIGEST = 20
"""The number of bytes in an image's hash."""


def digests_of(pixels: UInt8Array) -> list[bytes]:
    """Return a hash of each image in (N, C, H, W), which includes its shape."""
    shape = repr(pixels.shape[1:]).encode()
    return [
        hashlib.blake2b(np.ascontiguousarray(each).data, digest_size=DIGEST, key=shape).digest()
        for each in pixels
    ]


class FeatureStore:
    """A cache folder with the features that one network computes from one view of images.

    Each file holds those of several images. Two processes that write at once write two files.

    Parameters
    ----------
    options : sequence
        Everything besides the image that the features depend on, distinguished by ``repr``.
    """

    def __init__(self, options: Sequence[object]) -> None:
        self.folder = cache_folder() / "features" / content_key(options, [])

    def read(self, wanted: Sequence[bytes]) -> dict[bytes, Float32Array]:
        """Return the stored features of images by hash.

        A damaged file is deleted.
        """
        known, asked = dict[bytes, Float32Array](), set(wanted)
        for path in sorted(self.folder.glob("[!.]*.npz")):
            try:
                with path.open("rb") as file, np.load(file) as found:
                    keys, features = found["keys"], found["features"]
            except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
                path.unlink(missing_ok=True)
                continue
            for key, row in zip(map(bytes, keys), features, strict=True):
                if key in asked:
                    known[key] = row
        return known

    def write(self, found: Mapping[bytes, Float32Array]) -> None:
        """Store features by the image's hash; raises `OSError` if they cannot be written."""
        if not found:
            return
        keys = np.frombuffer(b"".join(found), dtype=np.uint8).reshape(-1, DIGEST)
        self.folder.mkdir(parents=True, exist_ok=True)
        name = hashlib.blake2b(keys.tobytes(), digest_size=DIGEST).hexdigest()
        file = io.BytesIO()
        np.savez(file, keys=keys, features=np.stack(list(found.values())))
        write_whole(self.folder / f"{name}.npz", file.getvalue())
