"""CelebA: faces by hair colour, or by any of its attributes."""

from __future__ import annotations

import dataclasses
import importlib.util
from pathlib import Path

import numpy as np
import numpy.typing as npt
from torchvision import datasets

from geneticgan.data.archives import unpacked
from geneticgan.data.assembling import FileSet, assemble
from geneticgan.data.dataset import Dataset, Source
from geneticgan.data.decoding import Decoding
from geneticgan.data.encoded import Encoded
from geneticgan.data.finding import DEFAULT_ROOT, found_or_fetched
from geneticgan.data.imbalance import TABLE_III_FIVE
from geneticgan.data.tables import read_table
from geneticgan.errors import DataError
from geneticgan.files import read_regular

ATTRIBUTES = "list_attr_celeba.txt"
PARTITION = "list_eval_partition.txt"
AS_CSV = {name: name.replace(".txt", ".csv") for name in (ATTRIBUTES, PARTITION)}
"""The names of the lists in Kaggle's archive."""
IMAGES = "img_align_celeba"
HAIR = ("Black_Hair", "Brown_Hair", "Blond_Hair", "Gray_Hair", "Bald")
TEST_PARTITION = 2


class CelebA(Dataset):
    """CelebA: 202,599 faces with 40 attributes (Liu et al. 2015), at 64 x 64 pixels.

    All classes: hair colour, as in GAMO (Mullick et al. 2019); a face with more than one of
    black, brown, blond and grey hair and baldness, or with none, is left out. The paper gives
    five counts and no order; here they go from the most to the least frequent colour. Two
    classes: any attribute, such as Eyeglasses, or its absence, No-Eyeglasses; faces that are
    both or neither are left out.

    Parameters
    ----------
    data_root : str
        The folder that contains list_attr_celeba.txt and the folder img_align_celeba (or its
        .zip), or a folder celeba with them; or a zip archive of these. The lists may be csv files
        and the images one folder deeper, as Kaggle packs them. If list_eval_partition.txt is there
        too, it defines the test part; otherwise a fifth of each class is held out, drawn by the
        seed.
    image_size : int
        The size in pixels; the shorter side is resized to it, then the centre is cropped.
    download : bool
        Whether to download missing files; needs gdown: pip install 'geneticgan[celeba]'.
    skip_corrupt : bool
        Whether to leave out images that cannot be read.
    """

    pair = ("Eyeglasses", "No-Eyeglasses")
    largest = TABLE_III_FIVE[0]

    def __init__(
        self,
        data_root: str = DEFAULT_ROOT,
        image_size: int = 64,
        download: bool = False,
        skip_corrupt: bool = False,
    ) -> None:
        self.data_root = data_root
        self.image_size = image_size
        self.download = download
        self.skip_corrupt = skip_corrupt

    def load(self) -> Source:
        """Read faces by hair colour."""
        return self._load(HAIR, TABLE_III_FIVE)

    def load_pair(self, majority: str, minority: str) -> Source:
        """Read faces by two attributes, or one and its absence."""
        return self._load((majority, minority), None)

    def _load(self, classes: tuple[str, ...], counts: tuple[int, ...] | None) -> Source:
        root = unpacked(Path(self.data_root))
        folder = self._folder(root)
        files, names, table = _read_attributes(_list(folder, ATTRIBUTES))
        belongs = np.stack([_having(table, names, name) for name in classes], axis=1)
        chosen = np.flatnonzero(belongs.sum(axis=1) == 1)
        labels = belongs[chosen].argmax(axis=1).astype(np.int64)
        images = _images_folder(folder)
        paths = [images / files[index] for index in chosen]
        partition = _read_partition(_list(folder, PARTITION), [files[i] for i in chosen])
        names = [str(path) for path in paths]
        encoded = Encoded(
            names,
            labels,
            lambda i: read_regular(paths[i]),
            on_disk=True,
            place=str(root.resolve()),
        )
        test = None if partition is None else partition == TEST_PARTITION
        found = FileSet(encoded, paths, test, classes, "CelebA")
        how = Decoding(self.image_size, skip_corrupt=self.skip_corrupt)
        return dataclasses.replace(assemble(found, how, self.notices), default_counts=counts)

    def _folder(self, root: Path) -> Path:
        images = (
            f"{IMAGES}.zip" if not any((p / IMAGES).is_dir() for p in _places(root)) else IMAGES
        )
        packed = [place / AS_CSV[ATTRIBUTES] for place in _places(root)]
        attributes = AS_CSV[ATTRIBUTES] if any(map(Path.is_file, packed)) else ATTRIBUTES
        found = found_or_fetched(
            "celeba", root, _places(root), (attributes, images), _fetch, self.download
        )
        return found[attributes].parent


def _places(root: Path) -> tuple[Path, ...]:
    return root, root / "celeba"


def _fetch(folder: Path) -> None:
    if importlib.util.find_spec("gdown") is None:
        raise DataError(
            "CelebA's files lie on Google Drive, and fetching them needs the gdown package: "
            "pip install 'geneticgan[celeba]'"
        )
    datasets.CelebA(str(folder), download=True)


def _list(folder: Path, name: str) -> Path:
    packed = folder / AS_CSV[name]
    return packed if packed.is_file() else folder / name


def _images_folder(folder: Path) -> Path:
    outer = folder if (folder / IMAGES).is_dir() else unpacked(folder / f"{IMAGES}.zip")
    deeper = outer / IMAGES / IMAGES
    return deeper if deeper.is_dir() else outer / IMAGES


def _read_attributes(path: Path) -> tuple[list[str], list[str], npt.NDArray[np.int64]]:
    """Return file names, attribute names and the table of 1 and -1, shape (N, attributes)."""
    try:
        if path.suffix == ".csv":
            listed = read_table(path).with_header()
            table = np.array([[int(cell) for cell in row[1:]] for row in listed.rows])
            return listed.column(0), list(listed.columns[1:]), table
        count, header, *rows = path.read_text(encoding="utf-8").splitlines()
        names = header.split()
        cells = [row.split() for row in rows if row]
        table = np.array([[int(cell) for cell in row[1:]] for row in cells])
        if table.shape != (int(count), len(names)):
            raise ValueError(f"{table.shape[0]} rows of {count}")
    except (OSError, ValueError, UnicodeDecodeError, IndexError) as error:
        raise DataError(
            f"{path} cannot be read as CelebA's attributes ({error}); fetch it again"
        ) from error
    return [row[0] for row in cells], names, table


def _having(table: npt.NDArray[np.int64], names: list[str], name: str) -> npt.NDArray[np.bool_]:
    """Return which faces have an attribute, or do not have it if the name begins with No-."""
    known = {each.lower(): index for index, each in enumerate(names)}
    lower = name.lower()
    if lower in known:
        return np.asarray(table[:, known[lower]] == 1)
    if lower.removeprefix("no-") in known:
        return np.asarray(table[:, known[lower.removeprefix("no-")]] == -1)
    raise DataError(
        f"CelebA has no attribute {name!r}; it has {', '.join(names)}, and No- before any of them"
    )


def _read_partition(path: Path, files: list[str]) -> npt.NDArray[np.int64] | None:
    if not path.is_file():
        return None
    try:
        if path.suffix == ".csv":
            parts = {name: int(part) for name, part in read_table(path).with_header().rows}
            return np.array([parts[name] for name in files])
        rows = (line.split() for line in path.read_text(encoding="utf-8").splitlines() if line)
        parts = {name: int(part) for name, part in rows}
        return np.array([parts[name] for name in files])
    except (OSError, ValueError, KeyError, UnicodeDecodeError) as error:
        raise DataError(f"{path} does not name the part of every image ({error})") from error
