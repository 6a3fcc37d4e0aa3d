"""The frozen weights of a discriminator, which a run's folder holds once."""

from __future__ import annotations

from pathlib import Path

import torch

from geneticgan.files import written_whole
from geneticgan.training.tensors import load_state, save_state


def changing(module: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Return the weights of a discriminator that training changes; for most architectures, all."""
    return {name: value for name, value in module.state_dict().items() if not _is(name, module)}


def keep_frozen(path: Path, module: torch.nn.Module) -> None:
    """Write the frozen weights, if any, unless the file exists; raises `OSError` if that fails."""
    found = {name: value for name, value in module.state_dict().items() if _is(name, module)}
    if found and not path.is_file():
        with written_whole(path) as temporary:
            save_state(temporary, found)


def frozen_weights(path: Path, module: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Read the file of `keep_frozen`; raises `RunError` if it is missing or damaged."""
    if not getattr(module, "frozen", ""):
        return {}
    return load_state(path, "restore it from an intact copy, or train again")


def fill_pretrained(path: Path, module: torch.nn.Module) -> bool:
    """Load the published weights that `keep_frozen` wrote into another discriminator of a run.

    Returns whether the discriminator has such weights; raises `RunError` if the file is damaged.
    """
    prefix = getattr(module, "pretrained", "")
    if not prefix:
        return False
    found = load_state(path, "restore it from an intact copy, or train again")
    known = {name: value for name, value in found.items() if name.startswith(prefix)}
    module.load_state_dict(known, strict=False)
    return True


def _is(name: str, module: torch.nn.Module) -> bool:
    prefix = getattr(module, "frozen", "")
    return bool(prefix) and name.startswith(prefix)
