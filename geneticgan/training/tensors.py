"""Named tensors in safetensors files, read without unpickling."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from geneticgan.errors import RunError

METADATA = "geneticgan"
"""Key of our JSON in a safetensors header."""


def save_tensors(path: Path, tensors: Mapping[str, torch.Tensor], metadata: str = "") -> None:
    """Write named tensors and a text to one safetensors file."""
    plain = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    save_file(plain, str(path), metadata={METADATA: metadata})


def load_tensors(path: Path) -> tuple[dict[str, torch.Tensor], str]:
    """Read what `save_tensors` wrote; `RunError` if the file is missing or damaged."""
    try:
        with safe_open(str(path), framework="pt") as file:
            metadata = (file.metadata() or {}).get(METADATA, "")
            return {name: file.get_tensor(name) for name in file.keys()}, metadata  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise RunError(f"{path} cannot be read ({error}); the checkpoint is damaged") from error


def load_module(path: Path, module: torch.nn.Module) -> None:
    """Load a module's weights; `RunError` if they are not of this architecture."""
    tensors, _ = load_tensors(path)
    try:
        module.load_state_dict(tensors)
    except RuntimeError as error:
        raise RunError(f"{path} does not fit the network that config.json describes") from error
