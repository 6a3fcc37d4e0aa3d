"""CIFAR-10 from its batch files, which are pickles, without running code in them."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
from torchvision import datasets

from geneticgan.data.archives import unpacked
from geneticgan.data.dataset import Dataset, Images, Source
from geneticgan.data.finding import DEFAULT_ROOT, find_all, found_or_fetched
from geneticgan.data.imbalance import TABLE_III_32
from geneticgan.data.together import note_equal
from geneticgan.errors import DataError

TRAIN = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST = ("test_batch",)
FOLDER = datasets.CIFAR10.base_folder
ARCHIVE = datasets.CIFAR10.filename
NAMES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
"""The names of the classes in the order of the labels, as in batches.meta."""


class Cifar10(Dataset):
    """CIFAR-10: 60,000 colour images of ten classes, 32 x 32 pixels (Krizhevsky 2009).

    The default imbalance is the paper's Table III: 4500 airplanes to 80 trucks.

    Parameters
    ----------
    data_root : str
        The folder that contains data_batch_1 to data_batch_5 and test_batch, a folder
        cifar-10-batches-py with them, or cifar-10-python.tar.gz.
    download : bool
        Whether to download missing files.
    """

    pair = ("airplane", "automobile")
    largest = TABLE_III_32[0]

    def __init__(self, data_root: str = DEFAULT_ROOT, download: bool = False) -> None:
        self.data_root = data_root
        self.download = download

    def load(self) -> Source:
        """Read the batches; `DataError` if one is missing, damaged, or holds code."""
        root = Path(self.data_root)
        places = [root, root / FOLDER]
        if (root / ARCHIVE).is_file() and find_all(places, (*TRAIN, *TEST)) is None:
            places.append(unpacked(root / ARCHIVE) / FOLDER)
        found = found_or_fetched(
            "cifar10",
            root,
            places,
            (*TRAIN, *TEST),
            lambda folder: datasets.CIFAR10(str(folder), download=True),
            self.download,
        )
        train, test = (_join([_read(found[name]) for name in names]) for names in (TRAIN, TEST))
        note_equal(train, test, self.notices)
        return Source(train, test, NAMES, TABLE_III_32)


class _DataOnly(pickle.Unpickler):
    """Unpickles arrays, lists, numbers and texts; anything else is refused."""

    _NEEDED = frozenset(
        {
            ("numpy.core.multiarray", "_reconstruct"),
            ("numpy._core.multiarray", "_reconstruct"),
            ("numpy", "ndarray"),
            ("numpy", "dtype"),
            ("_codecs", "encode"),  # how newer Pythons write bytes in old protocols
        }
    )

    def find_class(self, module: str, name: str) -> Any:
        """Return a class or function that arrays are made of."""
        if (module, name) not in self._NEEDED:
            raise pickle.UnpicklingError(f"it refers to {module}.{name}, which is no data")
        if name == "_reconstruct":
            module = np.ndarray.__reduce__(np.zeros(1))[0].__module__  # where this numpy has it
        return super().find_class(module, name)


def _read(path: Path) -> Images:
    try:
        with path.open("rb") as file:
            content = _DataOnly(file, encoding="latin1").load()
        pixels = np.asarray(content["data"]).reshape(-1, 3, 32, 32)
        labels = np.asarray(content["labels"], dtype=np.int64)
    except Exception as error:  # a damaged pickle can raise nearly anything
        raise DataError(
            f"{path} cannot be read as a CIFAR-10 batch ({type(error).__name__}: {error}); fetch "
            "it again"
        ) from error
    if (
        pixels.dtype != np.uint8
        or labels.shape != pixels.shape[:1]
        or not len(labels)
        or labels.min() < 0
        or labels.max() > 9
    ):
        raise DataError(f"{path} is no CIFAR-10 batch (uint8 data of N x 3072, labels 0 to 9)")
    return Images(pixels, labels)


def _join(parts: list[Images]) -> Images:
    return Images(
        np.concatenate([part.pixels for part in parts]),
        np.concatenate([part.labels for part in parts]),
    )
