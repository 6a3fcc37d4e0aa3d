"""Weights from files, which are checked as a whole before anything is read from them."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import torch

from geneticgan.errors import ConfigError

FORCE = "TORCH_FORCE_WEIGHTS_ONLY_LOAD"
"""The variable of the environment that outvotes a caller of torch who asks for more."""


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits.

    Raises
    ------
    ConfigError
        If the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ConfigError(
            f"the weights {path} cannot be read ({error.strerror or error}); name an existing file"
        ) from error


def check_sha256(path: Path, expected: str, mend: str) -> None:
    """Check a file against its SHA-256.

    Parameters
    ----------
    path : Path
        The file.
    expected : str
        The expected SHA-256 in hexadecimal digits.
    mend : str
        What the user should do; ends the error message.

    Raises
    ------
    ConfigError
        If it is a different file, or cannot be read.
    """
    found = sha256_of(path)
    if found != expected:
        raise ConfigError(
            f"{path} is not the file of weights it should be (SHA-256 {found[:12]}..., not "
            f"{expected[:12]}...); {mend}"
        )


def read_known(path: Path, expected: str, mend: str) -> dict[str, torch.Tensor]:
    """Read a file in torch's own format after checking its SHA-256.

    Only tensors are read from it. Parameters and errors as for `check_sha256`.
    """
    check_sha256(path, expected, mend)
    found: dict[str, torch.Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return found


@contextlib.contextmanager
def tensors_alone() -> Iterator[None]:
    """Have torch read nothing but tensors from files, even where a library asks for more.

    Anything else in a file is `pickle.UnpicklingError`, and none of its code runs.
    """
    before = os.environ.get(FORCE)
    os.environ[FORCE] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[FORCE]
        else:
            os.environ[FORCE] = before
