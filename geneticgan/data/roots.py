"""Finds the location of a data set that a user has given, or says why it cannot be used."""

from __future__ import annotations

import os
from pathlib import Path

from geneticgan.errors import DataError

OTHERS = {".npz": "npz", ".csv": "csv", ".tsv": "csv", ".txt": "csv"}
"""The data sets that read files with each suffix."""

SHOWN = 8
"""The number of names in a folder that a message lists."""


def existing(dataset: str, text: str) -> Path:
    """Return the path that a text names; ``~`` is the home folder.

    Parameters
    ----------
    dataset : str
        The name of the data set, for the message.
    text : str
        The text as the user wrote it.

    Raises
    ------
    DataError
        If the text is empty, or the path is missing, unreadable, a device or a pipe.
    """
    if not text:
        raise DataError(f"{dataset} needs the place of your images; name it with --data-root")
    path = Path(os.path.expanduser(text))
    try:
        path.stat()
        if path.is_dir():
            os.scandir(path).close()
        elif path.is_file():
            path.open("rb").close()
        else:
            raise DataError(f"{path} is neither a file nor a folder; check --data-root")
    except PermissionError as error:
        raise DataError(
            f"{path} cannot be read: {error.strerror}; change its permissions or move it elsewhere"
        ) from error
    except (OSError, ValueError) as error:
        raise DataError(f"there is no folder or file {path}{_hint(path, text)}") from error
    return path


def _hint(path: Path, text: str) -> str:
    """Return a hint about what is there instead."""
    other = Path(text.replace("\\", "/"))
    if "\\" in text and other.exists():
        return f"; folders are divided by slashes here: --data-root {other}"
    parent = path.absolute().parent
    while not parent.is_dir():
        parent = parent.parent
    try:
        names = sorted(name for name in os.listdir(parent) if not name.startswith("."))
    except OSError:
        names = []
    more = ", ..." if len(names) > SHOWN else ""
    return f"; {parent} holds {', '.join(names[:SHOWN]) or 'nothing'}{more}; check --data-root"


def check_folder(path: Path) -> Path:
    """Return the path if it is a folder; `DataError` says which data set reads such a file."""
    if path.is_dir():
        return path
    other = OTHERS.get(path.suffix.lower())
    if other:
        raise DataError(f"{path} is a file; read it with --dataset {other} instead of folder")
    raise DataError(
        f"{path} is neither a folder nor an archive (zip, tar, tar.gz, tar.xz, tar.bz2); correct "
        "--data-root"
    )
