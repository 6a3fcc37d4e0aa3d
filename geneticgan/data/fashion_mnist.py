"""Fashion-MNIST from its idx files."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torchvision.datasets import FashionMNIST
from torchvision.datasets.mnist import read_image_file, read_label_file

from geneticgan.data.dataset import Dataset, Images, Source
from geneticgan.data.imbalance import TABLE_III_28
from geneticgan.errors import DataError

FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}


class FashionMnist(Dataset):
    """Zalando's 70,000 articles of clothing, 28 x 28 pixels (Xiao et al. 2017).

    The default imbalance is the paper's Table III: 4000 images of the first class to 40 of the
    last.

    Parameters
    ----------
    data_root : str
        Folder with the four idx files, plain or as .gz, or with torchvision's
        FashionMNIST/raw below it.
    """

    def __init__(self, data_root: str = "") -> None:
        self.data_root = data_root

    def load(self) -> Source:
        """Read the idx files; `DataError` if one is missing or damaged."""
        if not self.data_root:
            raise DataError(
                "fashion-mnist is read from its idx files: name their folder with --data-root"
            )
        folder = Path(self.data_root)
        train, test = (self._read(folder, *FILES[part]) for part in ("train", "test"))
        return Source(train, test, tuple(FashionMNIST.classes), TABLE_III_28)

    def _read(self, folder: Path, images_name: str, labels_name: str) -> Images:
        pixels = _read_idx(folder, images_name, read_image_file)
        labels = _read_idx(folder, labels_name, read_label_file).astype(np.int64)
        if len(pixels) != len(labels) or len(labels) == 0:
            raise DataError(
                f"{images_name} in {folder} has {len(pixels)} images but {labels_name} has "
                f"{len(labels)} labels; fetch both files again"
            )
        if pixels.shape[1:] != (28, 28) or labels.min() < 0 or labels.max() > 9:
            raise DataError(
                f"{images_name} in {folder} is not Fashion-MNIST (28 x 28 pixels, labels 0 to 9)"
            )
        return Images(np.ascontiguousarray(pixels[:, None]), labels)


def _read_idx(
    folder: Path, name: str, reader: Callable[[str], torch.Tensor]
) -> npt.NDArray[np.uint8]:
    """Read one idx file with torchvision's reader, unpacking a .gz to a temporary file first."""
    for place in (folder, folder / "FashionMNIST" / "raw"):
        plain, packed = place / name, place / f"{name}.gz"
        try:
            if plain.is_file():
                return np.asarray(reader(str(plain)))
            if packed.is_file():
                with tempfile.TemporaryDirectory() as scratch:
                    unpacked = Path(scratch) / name
                    with gzip.open(packed) as source, unpacked.open("wb") as target:
                        shutil.copyfileobj(source, target)
                    return np.asarray(reader(str(unpacked)))
        except Exception as error:  # torchvision's reader asserts, gzip and OSError speak too
            raise DataError(
                f"{name} in {place} cannot be read as an idx file "
                f"({type(error).__name__}: {error}); fetch it again"
            ) from error
    raise DataError(
        f"{name} (or {name}.gz) is not in {folder}; put the four Fashion-MNIST idx files there "
        "or name their folder with --data-root"
    )
