"""Image files of any kind to arrays of one shape, on all cores, bad ones named at once."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from geneticgan.data.cache import Arrays, cached, content_key
from geneticgan.data.dataset import Images, Int64Array, UInt8Array
from geneticgan.data.notices import Notices
from geneticgan.errors import DataError

CHUNK = 256
"""Images between two reports of progress."""

NAMED = 10
"""Bad files that a message names."""

UNREADABLE = (
    OSError,
    UnidentifiedImageError,
    ValueError,
    SyntaxError,
    Image.DecompressionBombError,
)
"""What Pillow raises for files that are no images, or damaged ones."""


@dataclass(frozen=True)
class Encoded:
    """Image files, wherever they are, with their labels.

    Attributes
    ----------
    names : sequence of str
        For messages.
    labels : array of int64
        Shape (N,).
    read : callable
        From an index to the file's bytes; called from several threads.
    groups : array of int64 or None
        Shape (N,); see `geneticgan.data.dataset.Images`.
    """

    names: Sequence[str]
    labels: Int64Array
    read: Callable[[int], bytes]
    groups: Int64Array | None = None


MOST_PIXELS = 64 * 10**6
"""Of an image file: a small file can claim to hold very many."""


@dataclass(frozen=True)
class Decoding:
    """How images are decoded.

    Attributes
    ----------
    size : int
        Pixels to which the shorter side is resized before the centre is cropped.
    grayscale : bool
        One channel instead of three.
    skip_corrupt : bool
        Go on without images that cannot be read, instead of an error.
    """

    size: int
    grayscale: bool = False
    skip_corrupt: bool = False


def decode_all(files: Encoded, how: Decoding, title: str, notices: Notices) -> Images:
    """Decode image files, or map them from the cache of decoded images.

    Parameters
    ----------
    files : Encoded
        What to decode.
    how : Decoding
        Shape, and what to do with bad files.
    title : str
        Of the work, for the progress.
    notices : Notices
        Hears of progress, of skipped files, and of a cache that cannot be written.

    Raises
    ------
    DataError
        Naming the files that cannot be read.
    """
    count = len(files.names)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        digests = list(pool.map(lambda index: _digest(files, index), range(count)))
        key = content_key((how.size, how.grayscale), digests)
        arrays = cached(key, lambda: _decode(files, how, title, notices, pool), notices)
    readable = arrays["readable"].astype(bool)
    bad = [files.names[int(index)] for index in np.flatnonzero(~readable)]
    if bad:
        shown = ", ".join(bad[:NAMED]) + (", ..." if len(bad) > NAMED else "")
        if not how.skip_corrupt:
            raise DataError(
                f"{len(bad)} of {count} images cannot be read (damaged, no images, or above "
                f"{MOST_PIXELS // 10**6} megapixels): {shown}; mend or remove them, or go on "
                "without them by --skip-corrupt"
            )
        notices.note(f"Skipped {len(bad)} of {count} images that cannot be read: {shown}.")
    pixels: UInt8Array = arrays["pixels"]  # type: ignore[assignment]  # as _decode made it
    images = Images(pixels, files.labels, files.groups)
    return images if readable.all() else images.take(np.flatnonzero(readable))


def decode_one(data: bytes, how: Decoding) -> UInt8Array:
    """Decode one image file.

    The orientation that a camera noted is applied, transparency is laid on white, 16-bit
    grayscale keeps its range.

    Returns
    -------
    array of uint8
        Shape (C, size, size).

    Raises
    ------
    One of `UNREADABLE`.
    """
    with Image.open(io.BytesIO(data)) as opened:
        if opened.width * opened.height > MOST_PIXELS:  # known before anything is unpacked
            raise Image.DecompressionBombError
        opened.load()
        return prepare(opened, how)


def prepare(opened: Image.Image, how: Decoding) -> UInt8Array:
    """Return an image that is open as `decode_one` returns it."""
    from torchvision.transforms import v2  # seconds of import that no other data set needs

    image = _plain(ImageOps.exif_transpose(opened) or opened)
    crop = v2.Compose([v2.Resize(how.size), v2.CenterCrop(how.size)])
    array = np.asarray(crop(image.convert("L" if how.grayscale else "RGB")))
    return np.ascontiguousarray(np.atleast_3d(array).transpose(2, 0, 1))


def _plain(image: Image.Image) -> Image.Image:
    """Return the image without transparency and in 8 bits."""
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image, dtype=np.float64)
        scale = 257.0 if values.max(initial=0) > 255 else 1.0  # 65535 / 255
        return Image.fromarray((values / scale).round().clip(0, 255).astype(np.uint8))
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return image


def _digest(files: Encoded, index: int) -> bytes:
    try:
        return hashlib.blake2b(files.read(index), digest_size=20).digest()
    except OSError as error:
        return repr(error).encode()  # found unreadable when it is decoded


def _decode(
    files: Encoded, how: Decoding, title: str, notices: Notices, pool: ThreadPoolExecutor
) -> Arrays:
    count = len(files.names)
    pixels = np.zeros((count, 1 if how.grayscale else 3, how.size, how.size), dtype=np.uint8)
    readable = np.zeros(count, dtype=bool)

    def decode(index: int) -> None:
        try:
            pixels[index] = decode_one(files.read(index), how)
        except UNREADABLE:
            return
        readable[index] = True

    notices.begin(title, count)
    for start in range(0, count, CHUNK):
        stop = min(start + CHUNK, count)
        list(pool.map(decode, range(start, stop)))
        notices.done(stop)
    return {"pixels": pixels, "readable": readable}
