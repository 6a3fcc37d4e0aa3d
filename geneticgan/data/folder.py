"""A folder of images, a folder for each class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError
from torchvision.datasets import ImageFolder
from torchvision.transforms import v2

from geneticgan.data.dataset import Dataset, Images, Int64Array, Source, UInt8Array
from geneticgan.errors import DataError
from geneticgan.seeding import numpy_stream

TEST_SHARE = 5
"""One in so many images of the smallest class, and as many of each other class, is held out."""


class Folder(Dataset):
    """Your own images in torchvision's ImageFolder layout: DATA_ROOT/<class>/<image>.

    With DATA_ROOT/train/<class> and DATA_ROOT/test/<class> the parts are taken as they are.
    Otherwise a balanced test part, a fifth of the smallest class from each class, is held out;
    it is the same whatever the run's seed.

    Parameters
    ----------
    data_root : str
        The folder.
    image_size : int
        Pixels to which the shorter side is resized before the centre is cropped.
    grayscale : bool
        Read as one channel instead of three.
    """

    def __init__(self, data_root: str = "", image_size: int = 32, grayscale: bool = False) -> None:
        self.data_root = data_root
        self.image_size = image_size
        self.grayscale = grayscale

    def load(self) -> Source:
        """Decode every image; `DataError` names what is missing or damaged."""
        if not self.data_root:
            raise DataError("folder needs to know where: name it with --data-root")
        root = Path(self.data_root)
        if not root.is_dir():
            raise DataError(f"there is no folder {root}; check --data-root")
        if (root / "train").is_dir() and (root / "test").is_dir():
            train, names = self._read(root / "train")
            test, test_names = self._read(root / "test")
            if names != test_names:
                different = sorted(set(names) ^ set(test_names))
                raise DataError(
                    f"{root}/train and {root}/test hold different classes "
                    f"({', '.join(different)} in only one of them)"
                )
            return Source(train, test, names)
        everything, names = self._read(root)
        held = _balanced_test(everything.labels, names)
        kept = np.setdiff1d(np.arange(len(everything), dtype=np.int64), held)
        return Source(everything.take(kept), everything.take(held), names)

    def _read(self, root: Path) -> tuple[Images, tuple[str, ...]]:
        try:
            folder = ImageFolder(str(root))
        except FileNotFoundError as error:
            # torchvision's sentence: no class folder at all, or which classes have no image.
            raise DataError(f"{root}: {str(error).splitlines()[0]}") from error
        except OSError as error:
            raise DataError(f"{root} cannot be read: {error.strerror or error}") from error
        names = tuple(folder.classes)
        if len(names) < 2:
            raise DataError(f"{root} holds one class only ({names[0]}); put at least two there")
        pixels = np.stack([self._decode(path) for path, _ in folder.samples])
        return Images(pixels, np.asarray(folder.targets, dtype=np.int64)), names

    def _decode(self, path: str) -> UInt8Array:
        crop = v2.Compose([v2.Resize(self.image_size), v2.CenterCrop(self.image_size)])
        try:
            with Image.open(path) as image:
                array = np.asarray(crop(image.convert("L" if self.grayscale else "RGB")))
        except (OSError, UnidentifiedImageError, ValueError, SyntaxError) as error:
            raise DataError(f"{path} is not a readable image; mend or remove it") from error
        return np.ascontiguousarray(np.atleast_3d(array).transpose(2, 0, 1))


def _balanced_test(labels: Int64Array, names: tuple[str, ...]) -> Int64Array:
    counts = np.bincount(labels, minlength=len(names))
    each = max(1, int(counts.min()) // TEST_SHARE)
    rng = numpy_stream(0, "folder test")
    members = [np.flatnonzero(labels == label) for label in range(len(names))]
    return np.sort(np.concatenate([rng.permutation(m)[:each] for m in members])).astype(np.int64)
