"""Named tensors in safetensors files, read without unpickling."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from geneticgan.errors import RunError
from geneticgan.files import open_own
from geneticgan.gan.optimizer_state import load_network

METADATA = "geneticgan"
"""The key of this package's metadata in a safetensors header."""

NONE: Mapping[str, torch.Tensor] = MappingProxyType({})


def save_tensors(path: Path, tensors: Mapping[str, torch.Tensor], metadata: str = "") -> None:
    """Write named tensors and a text to a new safetensors file; raises `OSError` if it exists."""
    plain = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    data = save(plain, metadata={METADATA: metadata})
    with open_own(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as file:
        file.write(data)


def load_tensors(path: Path) -> tuple[dict[str, torch.Tensor], str]:
    """Read a file that `save_tensors` wrote.

    Raises
    ------
    RunError
        If the file is missing or damaged, or contains a number that is not finite.
    """
    try:
        with safe_open(str(path), framework="pt") as file:
            metadata = (file.metadata() or {}).get(METADATA, "")
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise RunError(f"{path} cannot be read ({error}); the checkpoint is damaged") from error
    for name, value in tensors.items():
        if value.is_floating_point() and not torch.isfinite(value).all():
            raise RunError(f"{path} is damaged: {name} contains numbers that are not finite")
    return tensors, metadata


def load_module(
    path: Path, module: torch.nn.Module, others: Mapping[str, torch.Tensor] = NONE
) -> None:
    """Load a module's weights from a file, and those that the file lacks from ``others``.

    Raises
    ------
    RunError
        If the weights do not fit the module.
    """
    _load(path, module, {**others, **load_tensors(path)[0]})


def save_weights(path: Path, module: torch.nn.Module) -> None:
    """Write a module's weights with their hash, for a file without a manifest."""
    save_state(path, module.state_dict())


def save_state(path: Path, tensors: Mapping[str, torch.Tensor]) -> None:
    """Write the weights of a state with their hash."""
    save_tensors(path, tensors, digest(tensors))


def load_weights(path: Path, module: torch.nn.Module) -> None:
    """Load weights that `save_weights` wrote.

    Raises
    ------
    RunError
        If the weights have changed since, or do not fit the module.
    """
    mend = "delete it, and 'geneticgan resume' trains it again"
    _load(path, module, load_state(path, mend))


def load_state(path: Path, mend: str) -> dict[str, torch.Tensor]:
    """Read a file of `save_state`; raises `RunError` with the advice ``mend`` if it has changed."""
    tensors, expected = load_tensors(path)
    if digest(tensors) != expected:
        raise RunError(f"{path} has changed since it was written; {mend}")
    return tensors


def digest(tensors: Mapping[str, torch.Tensor]) -> str:
    """Return the SHA-256 of the names, types, shapes and values of tensors in hexadecimal."""
    found = hashlib.sha256()
    for name in sorted(tensors):
        value = tensors[name].detach().cpu().contiguous()
        found.update(f"{name} {value.dtype} {tuple(value.shape)} ".encode())
        found.update(value.reshape(-1).view(torch.uint8).numpy().tobytes())
    return found.hexdigest()


def _load(path: Path, module: torch.nn.Module, tensors: Mapping[str, torch.Tensor]) -> None:
    try:
        load_network(module, tensors)
    except RuntimeError as error:
        raise RunError(f"{path} does not fit the network that config.json describes") from error
