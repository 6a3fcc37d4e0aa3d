"""A manifest of a folder's files with their hashes, by which damage is found before use."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from geneticgan.files import sync_file, sync_folder
from geneticgan.training.run_folder import write_json

NAME = "manifest.json"


def write_manifest(folder: Path) -> None:
    """Write the hash of every file in a folder, and flush files and folder to the disk."""
    hashes = {}
    for path in sorted(folder.iterdir()):
        hashes[path.name] = _digest(path)
        sync_file(path)
    write_json(folder / NAME, {"sha256": hashes})
    sync_folder(folder)


def what_is_wrong(folder: Path) -> str:
    """Return how a folder differs from its manifest, as a clause for the user; empty if not.

    Links are refused, since their targets are not part of the folder.
    """
    try:
        manifest = json.loads((folder / NAME).read_text(encoding="utf-8"))
        hashes = {str(name): digest for name, digest in dict(manifest["sha256"]).items()}
    except (OSError, ValueError, KeyError, TypeError):
        return f"{folder / NAME} cannot be read"
    try:
        there = {path.name for path in folder.iterdir()} - {NAME}
        if there != hashes.keys():
            name = min(there ^ hashes.keys())
            return f"{folder / name} is " + ("missing" if name in hashes else "not in the manifest")
        for name, digest in hashes.items():
            path = folder / name
            if path.is_symlink() or not path.is_file():
                return f"{path} is not a regular file"
            if _digest(path) != digest:
                return f"{path} has changed since it was written"
    except OSError as error:
        return f"{folder} cannot be read ({error.strerror or error})"
    return ""


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
