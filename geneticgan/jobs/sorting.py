"""Image files into a folder for each class, by what was predicted."""

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
"""Flags that open a file which is not there yet."""


class Sorter:
    """Notes where images belong, and takes them there when all are known.

    Nothing is overwritten: a file whose name is taken gets a number.

    Parameters
    ----------
    target : Path
        Below which the folders of the classes lie.
    move : bool
        Take the files away from where they were.
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
            If it is to be moved out of an archive.
        """
        if self._move and Path(name) != file:
            raise ConfigError(f"{name} lies in an archive and cannot be moved; use --copy")
        self._noted[file] = label  # an image that was named twice is there once

    def sort(self, class_names: Sequence[str]) -> None:
        """Copy or move the images; `RunError` names the first that cannot be."""
        folders = safe_names(tuple(class_names))
        for file, label in self._noted.items():
            try:
                self._put(file, own_folder(self._target / folders[label]))
            except OSError as error:
                done = "moved" if self._move else "copied"
                cause = error.strerror or error
                raise RunError(
                    f"{file} cannot be {done} to {self._target}: {cause}; the predictions are "
                    "written, and what was sorted before it stays"
                ) from error

    def _put(self, file: Path, folder: Path) -> None:
        for number in itertools.count(1):
            name = file.name if number == 1 else f"{file.stem}-{number}{file.suffix}"
            goal = folder / name
            try:
                open_own(goal, NEW).close()  # the name is ours from here on
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
