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

METADATA = "geneticgan"
"""Key of our JSON in a safetensors header."""

NONE: Mapping[str, torch.Tensor] = MappingProxyType({})


def save_tensors(path: Path, tensors: Mapping[str, torch.Tensor], metadata: str = "") -> None:
    """Write named tensors and a text to one new safetensors file; `OSError` if it is there."""
    plain = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    data = save(plain, metadata={METADATA: metadata})
    with open_own(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as file:
        file.write(data)


def load_tensors(path: Path) -> tuple[dict[str, torch.Tensor], str]:
    """Read what `save_tensors` wrote.

    Raises
    ------
    RunError
        If the file is missing or damaged, or holds a number that is not finite.
    """
    try:
        with safe_open(str(path), framework="pt") as file:
            metadata = (file.metadata() or {}).get(METADATA, "")
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise RunError(f"{path} cannot be read ({error}); the checkpoint is damaged") from error
    for name, value in tensors.items():
        if value.is_floating_point() and not torch.isfinite(value).all():
            raise RunError(f"{path} is damaged: {name} holds numbers that are not finite")
    return tensors, metadata


def load_module(
    path: Path, module: torch.nn.Module, others: Mapping[str, torch.Tensor] = NONE
) -> None:
    """Load a module's weights, and others that its file lacks.

    Raises
    ------
    RunError
        If they are not of this architecture.
    """
    _load(path, module, {**others, **load_tensors(path)[0]})


def save_weights(path: Path, module: torch.nn.Module) -> None:
    """Write a module's weights with their hash, for a file that no manifest stands beside."""
    save_state(path, module.state_dict())


def save_state(path: Path, tensors: Mapping[str, torch.Tensor]) -> None:
    """Write the weights of a state with their hash."""
    save_tensors(path, tensors, digest(tensors))


def load_weights(path: Path, module: torch.nn.Module) -> None:
    """Load what `save_weights` wrote.

    Raises
    ------
    RunError
        If the weights have changed since, or are not of this architecture.
    """
    mend = "delete it, and 'geneticgan resume' trains it again"
    _load(path, module, load_state(path, mend))


def load_state(path: Path, mend: str) -> dict[str, torch.Tensor]:
    """Read what `save_state` wrote; `RunError`, with what to do, if it has changed since."""
    tensors, expected = load_tensors(path)
    if digest(tensors) != expected:
        raise RunError(f"{path} has changed since it was written; {mend}")
    return tensors


def digest(tensors: Mapping[str, torch.Tensor]) -> str:
    """Return the SHA-256 of names, types, shapes and values of tensors, as hexadecimal digits."""
    found = hashlib.sha256()
    for name in sorted(tensors):
        value = tensors[name].detach().cpu().contiguous()
        found.update(f"{name} {value.dtype} {tuple(value.shape)} ".encode())
        found.update(value.reshape(-1).view(torch.uint8).numpy().tobytes())
    return found.hexdigest()


def _load(path: Path, module: torch.nn.Module, tensors: Mapping[str, torch.Tensor]) -> None:
    try:
        module.load_state_dict(tensors)
    except RuntimeError as error:
        raise RunError(f"{path} does not fit the network that config.json describes") from error
