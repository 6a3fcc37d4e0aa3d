"""LSUN scenes from their lmdb databases."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geneticgan.data.dataset import Dataset, Images, Source
from geneticgan.data.decoding import Decoding
from geneticgan.data.encoded import Encoded
from geneticgan.data.finding import DEFAULT_ROOT
from geneticgan.data.imbalance import TABLE_III_FIVE
from geneticgan.data.reading import decode_all
from geneticgan.data.together import note_equal
from geneticgan.errors import DataError

SCENES = ("church_outdoor", "classroom", "bedroom", "kitchen", "bridge")
"""The scenes of the multi-class setting in the order of Table III's counts; the paper names
none."""

EACH = 20_000
"""The default number of images read from a scene; a scene has up to three million."""


class Lsun(Dataset):
    """LSUN: scenes at 128 x 128 pixels (Yu et al. 2015).

    Two classes: church_outdoor and classroom, or any two scenes. All classes: five scenes,
    church_outdoor, classroom, bedroom, kitchen and bridge. The validation databases, 300 images
    a scene, are the test part. Needs the lmdb package: pip install 'geneticgan[lsun]'.

    Parameters
    ----------
    data_root : str
        The folder that contains <scene>_train_lmdb and <scene>_val_lmdb, or a folder lsun with
        them.
    image_size : int
        The size in pixels; the shorter side is resized to it, then the centre is cropped.
    each : int
        The number of training images to read from a scene, the first ones of the database.
    skip_corrupt : bool
        Whether to leave out images that cannot be read.
    """

    pair = ("church_outdoor", "classroom")
    largest = TABLE_III_FIVE[0]

    def __init__(
        self,
        data_root: str = DEFAULT_ROOT,
        image_size: int = 128,
        each: int = EACH,
        skip_corrupt: bool = False,
    ) -> None:
        self.data_root = data_root
        self.image_size = image_size
        self.each = each
        self.skip_corrupt = skip_corrupt

    def load(self) -> Source:
        """Read the five scenes."""
        return self._load(SCENES, TABLE_III_FIVE)

    def load_pair(self, majority: str, minority: str) -> Source:
        """Read two scenes."""
        return self._load((majority, minority), None)

    def _load(self, scenes: tuple[str, ...], counts: tuple[int, ...] | None) -> Source:
        train, test = (self._read(scenes, part) for part in ("train", "val"))
        note_equal(train, test, self.notices)
        return Source(train, test, scenes, counts)

    def _read(self, scenes: tuple[str, ...], part: str) -> Images:
        blobs: list[bytes] = []
        names: list[str] = []
        labels: list[int] = []
        for label, scene in enumerate(scenes):
            path = self._find(f"{scene}_{part}_lmdb", scene)
            for key, blob in _first(path, self.each):
                names.append(f"{path}/{key}")
                blobs.append(blob)
                labels.append(label)
        files = Encoded(names, np.array(labels, dtype=np.int64), blobs.__getitem__)
        how = Decoding(self.image_size, skip_corrupt=self.skip_corrupt)
        return decode_all(files, how, f"LSUN, {part}", self.notices)

    def _find(self, name: str, scene: str) -> Path:
        root = Path(self.data_root)
        for place in (root, root / "lsun"):
            if (place / name / "data.mdb").is_file():
                return place / name
        raise DataError(
            f"lsun: there is no {name} in {root}; fetch it with the authors' script "
            f"(github.com/fyu/lsun: python3 download.py -c {scene}), unzip it there, or name "
            "another folder by --data-root"
        )


def _first(path: Path, count: int) -> list[tuple[str, bytes]]:
    """Return the keys and encoded images of the first entries of a database."""
    try:
        import lmdb
    except ImportError as error:
        raise DataError("lsun needs the lmdb package: pip install 'geneticgan[lsun]'") from error
    try:
        with (
            lmdb.open(str(path), readonly=True, lock=False, readahead=False) as database,
            database.begin(buffers=False) as transaction,
        ):
            _check_whole(path, database.info()["last_pgno"] + 1, database.stat()["psize"])
            pairs = zip(range(count), transaction.cursor(), strict=False)
            found = [(key.decode(errors="replace"), bytes(blob)) for _, (key, blob) in pairs]
    except lmdb.Error as error:
        raise DataError(f"{path} cannot be read as an lmdb database ({error})") from error
    if not found:
        raise DataError(f"{path} holds no image; fetch it again")
    return found


def _check_whole(path: Path, pages: int, page_bytes: int) -> None:
    """Raise `DataError` if the file is shorter than it says: to read what is not there kills."""
    wanted, there = pages * page_bytes, (path / "data.mdb").stat().st_size
    if there < wanted:
        raise DataError(
            f"{path}/data.mdb is cut short: {there} of {wanted} bytes are there; fetch it again"
        )
