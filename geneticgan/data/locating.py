"""Finding the files that a list names by path, by name, or by name without a suffix."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

from geneticgan.data.listing import list_images
from geneticgan.errors import DataError


class Locator:
    """Finds image files below a folder.

    Parameters
    ----------
    folder : Path
        The folder to which the paths of the list are relative.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._by_name: dict[str, list[str]] | None = None

    def find(self, value: str) -> Path | None:
        """Return the file that a field of a list names, or None if there is none.

        A path relative to the folder is tried first, with ``~`` for the home folder and with
        backslashes read as slashes. Then a file anywhere below the folder is found whose path ends
        with the field, with or without a suffix.

        Raises
        ------
        DataError
            If several files match.
        """
        if not value or "\0" in value:
            return None
        for spelt in dict.fromkeys((value, value.replace("\\", "/"))):
            path = self._folder / os.path.expanduser(spelt)
            # Devices and pipes are accepted here; reading them raises an error that names them.
            if os.path.exists(path) and not os.path.isdir(path):
                return path
        found = self._ending(value.replace("\\", "/"))
        if len(found) > 1:
            raise DataError(
                f"{value!r} may be {found[0]} or {found[1]} in {self._folder}; write the paths "
                "into the list, or name the folder with csv:images=FOLDER"
            )
        return self._folder / found[0] if found else None

    def _ending(self, wanted: str) -> list[str]:
        if self._by_name is None:
            self._by_name = defaultdict(list)
            for place in list_images(self._folder).files:
                name = os.path.basename(place)
                stem, suffix = os.path.splitext(name)
                self._by_name[name].append(place)
                if suffix:
                    self._by_name[stem].append(place)
        if wanted.startswith("/"):
            return []
        *above, name = wanted.rstrip("/").split("/")
        folders = [part for part in above if part not in ("", ".")]
        inside = "/".join(["", *folders, ""])
        found = self._by_name.get(name, [])
        return [place for place in found if f"/{os.path.dirname(place)}/".endswith(inside)]
