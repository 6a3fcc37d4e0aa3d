"""Sorts image files into one folder per predicted class."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from geneticgan.errors import ConfigError, RunError
from geneticgan.files import open_own, own_folder, written_whole
from geneticgan.jobs.originals import safe_names

NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
"""The flags that create a file only if it does not exist."""


class Sorter:
    """Notes the classes of images, and copies or moves them once all are known.

    Nothing is overwritten: a file whose name is taken gets a number.

    Parameters
    ----------
    target : Path
        The parent of the classes' folders.
    move : bool
        Whether to move files instead of copying them.
    """

    def __init__(self, target: Path, *, move: bool) -> None:
        self._target = target
        self._move = move
        self._noted: dict[Path, int] = {}

    def note(self, name: str, file: Path, label: int) -> None:
        """Note that an image belongs to a class.

        Raises
        ------
        ConfigError
            If the image is to be moved out of an archive.
        """
        if self._move and Path(name) != file:
            raise ConfigError(f"{name} is in an archive and cannot be moved; use --copy")
        self._noted[file] = label  # an image that was given twice is sorted once

    def sort(self, class_names: Sequence[str]) -> None:
        """Copy or move the images; raises `RunError` for the first that fails."""
        folders = safe_names(tuple(class_names))
        for file, label in self._noted.items():
            try:
                self._put(file, own_folder(self._target / folders[label]))
            except OSError as error:
                done = "moved" if self._move else "copied"
                cause = error.strerror or error
                raise RunError(
                    f"{file} cannot be {done} to {self._target}: {cause}; the predictions are "
                    "written, and files that were already sorted stay"
                ) from error

    def _put(self, file: Path, folder: Path) -> None:
        for number in itertools.count(1):
            name = file.name if number == 1 else f"{file.stem}-{number}{file.suffix}"
            goal = folder / name
            try:
                open_own(goal, NEW).close()  # reserves the name
            except FileExistsError:
                continue
            try:
                with written_whole(goal) as temporary:
                    with file.open("rb") as source, open_own(temporary, NEW) as written:
                        shutil.copyfileobj(source, written)
                    shutil.copystat(file, temporary)
            except OSError:
                goal.unlink(missing_ok=True)
                raise
            if self._move:
                os.unlink(file)
            return
