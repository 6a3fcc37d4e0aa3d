"""Weights from files: the whole file is checked before any of it is read."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch

from geneticgan.errors import ConfigError


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits.

    Raises
    ------
    ConfigError
        If it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ConfigError(
            f"the weights {path} cannot be read ({error.strerror or error}); name a file that is "
            "there"
        ) from error


def check_sha256(path: Path, expected: str, mend: str) -> None:
    """Check a file against its SHA-256.

    Parameters
    ----------
    path : Path
        The file.
    expected : str
        Hexadecimal digits.
    mend : str
        What to do, for the message.

    Raises
    ------
    ConfigError
        If it is another file, or cannot be read.
    """
    found = sha256_of(path)
    if found != expected:
        raise ConfigError(
            f"{path} is not the file of weights it should be (SHA-256 {found[:12]}..., not "
            f"{expected[:12]}...); {mend}"
        )


def read_known(path: Path, expected: str, mend: str) -> dict[str, torch.Tensor]:
    """Read a file of torch's own format, once it is the very file that is known.

    Nothing but tensors is read from it. Parameters and errors as for `check_sha256`.
    """
    check_sha256(path, expected, mend)
    found: dict[str, torch.Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return found
