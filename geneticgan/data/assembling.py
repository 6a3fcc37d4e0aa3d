"""Builds a data set from labelled image files, which are decoded together and then split."""

from __future__ import annotations

import os
import shlex
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geneticgan.data.dataset import Dataset, Preprocessing, Source
from geneticgan.data.decoding import Decoding
from geneticgan.data.encoded import Encoded
from geneticgan.data.grouping import check_apart, few_groups
from geneticgan.data.holdout import too_few, with_test_part
from geneticgan.data.notices import Notices
from geneticgan.data.reading import decode_files
from geneticgan.data.together import copies_of, keep_together, said_of_copies, said_of_left
from geneticgan.errors import DataError


@dataclass(frozen=True)
class FileSet:
    """Labelled image files, before any is decoded.

    Attributes
    ----------
    files : Encoded
        The image files of all parts, for which the preprocessing is chosen together.
    paths : sequence of Path
        The paths of the files.
    test : array of bool or None
        Shape (N,), whether each file is in the test part; None to hold one out.
    names : tuple of str
        The names of the classes.
    title : str
        A title of the images, for messages.
    faults : tuple of str
        Problems that are already known, to be reported together with others.
    grouped_by : str
        A column of the list that seems to identify groups; empty if there is none.
    spelt : sequence of str or None
        The paths that ``group=`` searches, if they differ from those of `shown`.
    """

    files: Encoded
    paths: Sequence[Path]
    test: npt.NDArray[np.bool_] | None
    names: tuple[str, ...]
    title: str
    faults: tuple[str, ...] = ()
    grouped_by: str = ""
    spelt: Sequence[str] | None = None

    @cached_property
    def root(self) -> Path:
        """The folder that all files have in common."""
        return Path(os.path.commonpath({path.absolute().parent for path in self.paths}))

    def shown(self, index: int) -> str:
        """Return a file's path below the root."""
        return self.paths[index].absolute().relative_to(self.root).as_posix()


class FileDataset(Dataset):
    """A data set of image files, which determines the files and how they are decoded.

    Attributes
    ----------
    how : Decoding
        Shape, and what to do with bad files.
    """

    how: Decoding

    @abstractmethod
    def file_set(self) -> FileSet:
        """Find the files with their labels; `DataError` names what is missing."""

    def load(self) -> Source:
        """Decode every image; `DataError` names what is missing or damaged."""
        return assemble(self.file_set(), self.how, self.notices)


def assemble(found: FileSet, how: Decoding, notices: Notices) -> Source:
    """Decode image files and return the data set.

    Parameters
    ----------
    found : FileSet
        The files.
    how : Decoding
        Shape, and what to do with bad files.
    notices : Notices
        Receives the progress and notes.

    Raises
    ------
    DataError
        If files cannot be read, a class has too few images or groups or none in a part, or a
        group is in both parts.
    """
    names, test = found.names, found.test
    few = "" if test is not None else too_few(found.files.labels, names)
    known = [*found.faults, *([few] if few else [])]
    try:
        decoded = decode_files(found.files, how, found.title, notices)
    except DataError as error:
        raise DataError("; ".join([*known, str(error)])) from error
    if known:
        raise DataError("; ".join(known))
    images = decoded.images
    preprocessing = Preprocessing(decoded.how.fit, decoded.how.window)
    if images.groups is not None and (said := few_groups(images.group_counts(len(names)), names)):
        notices.note(said)
    if found.grouped_by:
        notices.note(
            f"Column {found.grouped_by!r} of the list has the same value in several lines: if such "
            "images are much alike, keep them on one side of every split by "
            + shlex.quote(f"csv:group={found.grouped_by}")
        )
    is_test = None if test is None else test[decoded.kept]
    if is_test is not None:
        check_apart(images.take(np.flatnonzero(~is_test)), images.take(np.flatnonzero(is_test)))
    copies = copies_of(decoded, notices)
    images, left = keep_together(images, copies, len(names))
    for text in (said_of_copies(copies, is_test), said_of_left(left, names)):
        if text:
            notices.note(text)
    if is_test is None:
        return with_test_part(images, names, preprocessing)
    return Source(
        images.take(np.flatnonzero(~is_test)),
        images.take(np.flatnonzero(is_test)),
        tuple(names),
        preprocessing=preprocessing,
    )
