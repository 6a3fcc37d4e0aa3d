"""Whether the paths in a folder were written by this user, so that they may be followed."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Collection
from pathlib import Path

from geneticgan.config import TrainConfig
from geneticgan.data.places import cache_folder
from geneticgan.errors import RunError
from geneticgan.files import write_whole
from geneticgan.specs import Spec, parse_specs

KEY = "own-runs.key"
"""The cache file with a secret that only this user has."""

LENGTH = 32

LEADS_OUT = re.compile(r"^[/\\~]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)")
"""Matches paths that lead out of the folder to which they are relative."""


def seal(config: TrainConfig) -> str:
    """Return a seal of the images' location that only this user can make.

    A stranger who writes another location into ``config.json`` cannot make its seal. The seal is
    empty if the secret cannot be stored; the run then asks for the location when it is resumed.
    """
    try:
        return _seal(config, _secret())
    except OSError:
        return ""


def own_images(
    config: TrainConfig, seals: Collection[str], data_root: str | None, path: Path
) -> TrainConfig:
    """Return a config whose images may be read, from the location given by the user or its own.

    Parameters
    ----------
    config : TrainConfig
        The config read from a folder.
    seals : collection of str
        The seals in the folder.
    data_root : str or None
        The location given by the user, which replaces that of the config.
    path : Path
        The folder, for the message.

    Raises
    ------
    RunError
        If the folder names a location and was not made by this user on this machine.
    """
    if data_root is not None:
        return dataclasses.replace(
            config, data_root=data_root, dataset=_without_places(config.dataset, path)
        )
    named = [config.data_root, *_paths(config.dataset)]
    places = [place for place in named if place is not None]
    if not places or _is_own(config, seals):
        return config
    raise RunError(
        f"{path} was made elsewhere, or its seal was lost with the cache, and it names images at "
        f"{places[0]!r}; say where they are with --data-root, using that path if you trust it"
    )


def _is_own(config: TrainConfig, seals: Collection[str]) -> bool:
    try:
        wanted = _seal(config, _secret())
    except OSError:
        return False
    return any(hmac.compare_digest(wanted.encode(), str(each).encode()) for each in seals)


def _seal(config: TrainConfig, key: bytes) -> str:
    specs = parse_specs(config.dataset)
    kept = [{k: v for k, v in each.options.items() if k != "download"} for each in specs]
    text = json.dumps([[each.name for each in specs], kept, config.data_root])
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _secret() -> bytes:
    """Return the secret, created on first use; raises `OSError` if it cannot be stored."""
    file = cache_folder() / KEY
    if not (file.is_file() and file.stat().st_size == LENGTH):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, secrets.token_bytes(LENGTH))
        file.chmod(0o600)
    return file.read_bytes()


def _paths(dataset: str) -> list[str]:
    """Return the options of a data set that give its location or lead out of it."""
    (spec,) = parse_specs(dataset)
    return [
        value
        for name, value in spec.options.items()
        if name == "data_root" or LEADS_OUT.search(value)
    ]


def _without_places(dataset: str, path: Path) -> str:
    """Return a data set's spec without its location; `RunError` if another option leads out."""
    (spec,) = parse_specs(dataset)
    kept = {name: value for name, value in spec.options.items() if name != "data_root"}
    found = str(Spec(spec.name, kept))
    if outside := _paths(found):
        raise RunError(f"{path} names {outside[0]!r}, which lies outside the images' folder")
    return found
