"""SVHN from its MATLAB files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.io import loadmat
from torchvision import datasets

from geneticgan.data.dataset import Dataset, Images, Source
from geneticgan.data.finding import DEFAULT_ROOT, found_or_fetched
from geneticgan.data.imbalance import TABLE_III_32
from geneticgan.data.together import note_equal
from geneticgan.errors import DataError

FILES = ("train_32x32.mat", "test_32x32.mat")


class Svhn(Dataset):
    """SVHN: 99,289 house-number digits in colour, 32 x 32 pixels (Netzer et al. 2011).

    The default imbalance is the paper's Table III: 4500 images of "0" to 80 of "9".

    Parameters
    ----------
    data_root : str
        The folder that contains train_32x32.mat and test_32x32.mat, or a folder SVHN with them.
    download : bool
        Whether to download missing files.
    """

    pair = ("8", "9")
    largest = TABLE_III_32[0]

    def __init__(self, data_root: str = DEFAULT_ROOT, download: bool = False) -> None:
        self.data_root = data_root
        self.download = download

    def load(self) -> Source:
        """Read both files; `DataError` if one is missing or damaged."""
        root = Path(self.data_root)
        found = found_or_fetched("svhn", root, (root, root / "SVHN"), FILES, _fetch, self.download)
        train, test = (_read(found[name]) for name in FILES)
        note_equal(train, test, self.notices)
        return Source(train, test, tuple("0123456789"), TABLE_III_32)


def _fetch(folder: Path) -> None:
    for split in ("train", "test"):
        datasets.SVHN(str(folder), split=split, download=True)


def _read(path: Path) -> Images:
    try:
        content = loadmat(str(path), variable_names=["X", "y"])
        pixels, labels = content["X"], content["y"].reshape(-1).astype(np.int64)
    except Exception as error:  # scipy raises many kinds for a file that ends too soon
        raise DataError(
            f"{path} cannot be read as a MATLAB file ({type(error).__name__}: {error}); fetch it "
            "again"
        ) from error
    if (
        pixels.dtype != np.uint8
        or pixels.shape[:3] != (32, 32, 3)
        or pixels.shape[3:] != labels.shape
        or not len(labels)
        or labels.min() < 1
        or labels.max() > 10
    ):
        raise DataError(f"{path} is not SVHN (X of 32 x 32 x 3 x N, y of 1 to 10)")
    labels[labels == 10] = 0  # the files label the digit 0 as 10
    return Images(np.ascontiguousarray(pixels.transpose(3, 2, 0, 1)), labels)
