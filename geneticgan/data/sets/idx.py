"""MNIST and Fashion-MNIST from their idx files."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import torch
from torchvision import datasets
from torchvision.datasets.mnist import read_image_file, read_label_file

from geneticgan.data.dataset import Dataset, Images, Source
from geneticgan.data.finding import DEFAULT_ROOT, found_or_fetched
from geneticgan.data.imbalance import TABLE_III_28
from geneticgan.data.together import note_equal
from geneticgan.errors import DataError

FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}


class Idx(Dataset):
    """The base of data sets in MNIST's format: 28 x 28 pixels, ten classes, four files.

    Parameters
    ----------
    data_root : str
        The folder that contains the four idx files, plain or as .gz, or torchvision's <name>/raw.
    download : bool
        Whether to download missing files.
    """

    key: ClassVar[str]
    maker: ClassVar[type[datasets.MNIST]]
    class_names: ClassVar[tuple[str, ...]]
    largest = TABLE_III_28[0]

    def __init__(self, data_root: str = DEFAULT_ROOT, download: bool = False) -> None:
        self.data_root = data_root
        self.download = download

    def load(self) -> Source:
        """Read the idx files; `DataError` if one is missing or damaged."""
        root = Path(self.data_root)
        found = found_or_fetched(
            self.key,
            root,
            (root, root / self.maker.__name__ / "raw"),
            [name for names in FILES.values() for name in names],
            lambda folder: self.maker(str(folder), download=True),
            self.download,
        )
        train, test = (
            self._read(*(found[name] for name in FILES[part])) for part in ("train", "test")
        )
        note_equal(train, test, self.notices)
        return Source(train, test, self.class_names, TABLE_III_28)

    def _read(self, images_path: Path, labels_path: Path) -> Images:
        pixels = _read_idx(images_path, read_image_file)
        labels = _read_idx(labels_path, read_label_file).astype(np.int64)
        if len(pixels) != len(labels) or len(labels) == 0:
            raise DataError(
                f"{images_path} has {len(pixels)} images but {labels_path.name} has "
                f"{len(labels)} labels; fetch both files again"
            )
        if pixels.shape[1:] != (28, 28) or labels.min() < 0 or labels.max() > 9:
            raise DataError(f"{images_path} is not {self.key} (28 x 28 pixels, labels 0 to 9)")
        return Images(np.ascontiguousarray(pixels[:, None]), labels)


class Mnist(Idx):
    """MNIST: 70,000 handwritten digits, 28 x 28 pixels (LeCun et al. 1998).

    The default imbalance is the paper's Table III: 4000 images of "0" to 40 of "9".
    """

    key = "mnist"
    maker = datasets.MNIST
    class_names = tuple("0123456789")
    pair = ("5", "6")


class FashionMnist(Idx):
    """Fashion-MNIST: 70,000 articles of clothing, 28 x 28 pixels (Xiao et al. 2017).

    The default imbalance is the paper's Table III: 4000 images of the first class to 40 of the
    last.
    """

    key = "fashion-mnist"
    maker = datasets.FashionMNIST
    class_names = tuple(datasets.FashionMNIST.classes)
    pair = ("Sandal", "Sneaker")


def _read_idx(path: Path, reader: Callable[[str], torch.Tensor]) -> npt.NDArray[np.uint8]:
    """Read one idx file with torchvision's reader, unpacking a .gz to a temporary file first."""
    try:
        if path.suffix != ".gz":
            return np.asarray(reader(str(path)))
        with tempfile.TemporaryDirectory() as scratch:
            plain = Path(scratch) / path.stem
            with gzip.open(path) as source, plain.open("wb") as target:
                shutil.copyfileobj(source, target)
            return np.asarray(reader(str(plain)))
    except Exception as error:  # torchvision's reader asserts, gzip and OSError speak too
        raise DataError(
            f"{path} cannot be read as an idx file ({type(error).__name__}: {error}); fetch it "
            "again"
        ) from error
