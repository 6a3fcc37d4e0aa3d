"""Images listed in a csv file, with their labels."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from geneticgan.data.dataset import Dataset, Images, Source
from geneticgan.data.decoding import Decoding, Encoded, decode_all
from geneticgan.data.holdout import with_test_part
from geneticgan.errors import DataError

TEST = "test"


class Csv(Dataset):
    """Your own images, listed in a csv file: a line for each, its path and its label.

    The file begins with a line of column names. Paths are relative to the file's folder. Labels
    may be any text; the classes are in the order of their names. With a column ``part`` the
    lines that say "test" are the test part; else a fifth of each class, drawn by the seed, is
    held out.

    Parameters
    ----------
    data_root : str
        The csv file.
    image_size : int
        Pixels to which the shorter side is resized before the centre is cropped.
    grayscale : bool
        Read as one channel instead of three.
    skip_corrupt : bool
        Go on without images that cannot be read.
    path, label, part : str
        Names of the columns.
    """

    def __init__(
        self,
        data_root: str = "",
        image_size: int = 32,
        grayscale: bool = False,
        skip_corrupt: bool = False,
        path: str = "path",
        label: str = "label",
        part: str = "part",
    ) -> None:
        self.data_root = data_root
        self.image_size = image_size
        self.grayscale = grayscale
        self.skip_corrupt = skip_corrupt
        self.columns = (path, label, part)

    def load(self) -> Source:
        """Decode every image; `DataError` names what is missing or damaged."""
        if not self.data_root:
            raise DataError("csv needs to know where: name the file with --data-root")
        file = Path(self.data_root)
        rows = self._rows(file)
        _, label, part = self.columns
        names = tuple(sorted({row[label] for row in rows}))
        if len(names) < 2:
            raise DataError(f"{file} holds one class only ({names[0]}); list at least two")
        if part not in rows[0]:
            everything = self._decode(file, rows, names)
            return with_test_part(everything, names)
        train = self._decode(file, [row for row in rows if row[part] != TEST], names)
        test = self._decode(file, [row for row in rows if row[part] == TEST], names)
        for images, title in ((train, "training"), (test, "test")):
            empty = [n for n, c in zip(names, images.counts(len(names)), strict=True) if not c]
            if empty:
                raise DataError(f"{file} lists no {title} image of: {', '.join(empty)}")
        return Source(train, test, names)

    def _rows(self, file: Path) -> list[dict[str, str]]:
        path, label, _ = self.columns
        try:
            with file.open(newline="", encoding="utf-8-sig") as text:
                reader = csv.DictReader(text, strict=True)
                rows = list(reader)
                columns = reader.fieldnames or []
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise DataError(f"{file} cannot be read as a csv file ({error})") from error
        for column in (path, label):
            if column not in columns:
                raise DataError(
                    f"{file} has no column {column!r} (it has {', '.join(columns) or 'none'}); "
                    f"name yours, as in --dataset csv:path=FILE,label=CLASS"
                )
        if not rows:
            raise DataError(f"{file} lists no image")
        for number, row in enumerate(rows, start=2):
            if not row[path] or not row[label]:
                raise DataError(f"{file}, line {number}: a path or a label is missing")
        return rows

    def _decode(self, file: Path, rows: list[dict[str, str]], names: tuple[str, ...]) -> Images:
        path, label, _ = self.columns
        paths = [file.parent / row[path] for row in rows]
        labels = np.array([names.index(row[label]) for row in rows], dtype=np.int64)
        files = Encoded([str(p) for p in paths], labels, lambda index: paths[index].read_bytes())
        how = Decoding(self.image_size, self.grayscale, self.skip_corrupt)
        return decode_all(files, how, f"{file.name}, images", self.notices)
