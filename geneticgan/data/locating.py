"""Finding the files that a list names, by path, by name, or by name without a suffix."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path, PurePosixPath

from geneticgan.data.listing import list_images
from geneticgan.errors import DataError


class Locator:
    """Finds image files below a folder.

    Parameters
    ----------
    folder : Path
        Where paths of the list begin.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._by_name: dict[str, list[PurePosixPath]] | None = None

    def find(self, value: str) -> Path | None:
        """Return the file that a field of a list names, or None if there is none.

        A path from the folder comes first (``~`` is the home folder, and backslashes divide as
        slashes do); else a file anywhere below the folder whose path ends so; else one whose name
        without its suffix is the field's.

        Raises
        ------
        DataError
            If several files are meant.
        """
        if not value or "\0" in value:
            return None
        for spelt in dict.fromkeys((value, value.replace("\\", "/"))):
            path = self._folder / os.path.expanduser(spelt)
            # Devices and pipes are not sorted out here: they are named where files are read.
            if os.path.exists(path) and not os.path.isdir(path):
                return path
        wanted = PurePosixPath(value.replace("\\", "/"))
        found = self._ending(wanted)
        if len(found) > 1:
            raise DataError(
                f"{value!r} may be {found[0]} or {found[1]} in {self._folder}; list paths, or "
                "name the folder by csv:images=FOLDER"
            )
        return self._folder / found[0] if found else None

    def _ending(self, wanted: PurePosixPath) -> list[PurePosixPath]:
        if self._by_name is None:
            self._by_name = defaultdict(list)
            for path in list_images(self._folder).files:
                self._by_name[path.name].append(path)
                if path.suffix:
                    self._by_name[path.stem].append(path)
        folders = [part for part in wanted.parts[:-1] if part != "."]
        found = self._by_name.get(wanted.name, [])
        return [p for p in found if not folders or list(p.parts[-len(folders) - 1 : -1]) == folders]
