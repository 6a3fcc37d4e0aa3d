"""Images listed in a csv file, with their labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from geneticgan.data.absence import alike_said
from geneticgan.data.archives import unpacked
from geneticgan.data.assembling import FileDataset, FileSet
from geneticgan.data.decoding import Decoding, parse_grayscale
from geneticgan.data.encoded import Encoded
from geneticgan.data.labelling import in_order
from geneticgan.data.opening import open_table
from geneticgan.data.roots import existing
from geneticgan.data.rows import Row, Wanted, rows_of
from geneticgan.data.scaling import parse_window
from geneticgan.errors import DataError
from geneticgan.files import read_regular


class Csv(FileDataset):
    """Your own images, in a list with a line for each: its path and its label.

    Fields may be separated by commas, semicolons, tabs or spaces; the first line may name the
    columns. Columns are given by name, or by number from 1; otherwise they are detected. Paths
    are relative to the list's folder; a file name, even without its suffix, is found anywhere
    below it. If there is a column of parts, the lines that say "test" are the test part; otherwise
    a fifth of each class, drawn by the seed, is held out.

    Parameters
    ----------
    data_root : str
        The list, or a folder or an archive with one list in it.
    image_size : int
        The size in pixels of the square images.
    grayscale : bool or str
        Whether to read one channel instead of three; ``auto`` does if every file is grey.
    skip_corrupt : bool
        Whether to leave out images that are missing or cannot be read.
    path : str
        The column of the paths.
    label : str
        The column of the classes; or a column with a threshold for its numbers, as in ``2>0.5``; or
        a regular expression with one group, the class, searched in the path. By default, each
        column of ones and zeros is a class.
    part : str
        The column that says train, validation or test; or a column with the value that means test,
        as in ``fold=5``.
    group : str
        The name of a column, or else a regular expression that is searched in the path (its first
        group counts): the patient, lesion or sheet that an image shows. Images of a group stay on
        one side of every split.
    fit : str
        How an image becomes square: ``crop`` (the centre), ``pad`` (the whole, black beside it),
        ``stretch`` (the whole, deformed), or ``auto``, by the spread of shapes.
    window : str
        LOW:HIGH, the values that become black and white if pixels have more than 8 bits.
    images : str
        The folder to which the paths are relative, itself relative to the list's folder.
    table : str
        The name of the list in the folder or the archive if there are several; names joined by
        ``+`` are lists with the same keys, which are merged.
    """

    def __init__(
        self,
        data_root: str = "",
        image_size: int = 32,
        grayscale: bool | str = "auto",
        skip_corrupt: bool = False,
        path: str = "",
        label: str = "",
        part: str = "",
        group: str = "",
        fit: str = "auto",
        window: str = "",
        images: str = "",
        table: str = "",
    ) -> None:
        self.data_root = data_root
        self.how = Decoding(
            image_size, parse_grayscale(grayscale), skip_corrupt, fit, parse_window(window)
        )
        self.wanted = Wanted(path, label, part, group, images)
        self.table = table

    def file_set(self) -> FileSet:
        """Read the list and find its files; `DataError` names what is missing."""
        table = open_table(unpacked(existing("csv", self.data_root)), self.table)
        listed = rows_of(table, self.wanted, self.how.skip_corrupt, self.notices)
        rows = listed.rows
        file = table.file
        names = in_order([row.label for row in rows])
        if alike := alike_said(names):
            self.notices.note(alike)
        if len(names) < 2:
            raise DataError(f"{file} holds one class only ({names[0]}); list at least two")
        return FileSet(
            self._encoded(rows, names),
            tuple(row.path for row in rows),
            self._test(file, rows, names),
            names,
            f"{file.name}, images",
            grouped_by=listed.grouped_by,
            spelt=[row.spelt for row in rows],
        )

    def _test(
        self, file: Path, rows: list[Row], names: tuple[str, ...]
    ) -> npt.NDArray[np.bool_] | None:
        """Tell which rows are the test part; None if the list has no parts."""
        parts = {row.part for row in rows}
        if parts == {""}:
            return None
        name = "validation" if "validation" in parts and "test" not in parts else "test"
        test = np.array([row.part == name for row in rows])
        for there, title in ((~test, "training"), (test, "test")):
            found = {row.label for row, inside in zip(rows, there, strict=True) if inside}
            empty = [label for label in names if label not in found]
            if empty:
                raise DataError(f"{file} lists no {title} image of: {', '.join(empty)}")
        return test

    def _encoded(self, rows: list[Row], names: tuple[str, ...]) -> Encoded:
        paths = [row.path for row in rows]
        place = {name: label for label, name in enumerate(names)}
        return Encoded(
            [str(path) for path in paths],
            np.array([place[row.label] for row in rows], dtype=np.int64),
            lambda index: read_regular(paths[index]),
            np.array([row.group for row in rows], dtype=np.int64) if self.wanted.group else None,
            on_disk=True,
            place=str(Path(self.data_root).expanduser().resolve()),
        )
