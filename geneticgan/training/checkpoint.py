"""Checkpoints: safetensors and JSON, swapped in whole, read without unpickling."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from geneticgan.errors import RunError
from geneticgan.evolution.individual import GeneratorIndividual
from geneticgan.evolution.optimizer_state import load_optimizer, optimizer_to_tensors
from geneticgan.training.run_folder import write_json

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


class Checkpoint:
    """The state of a run after some generation.

    Written to a folder of a temporary name, which then takes the place of the last one, so a
    run always has a whole checkpoint. Batches and latents are functions of the generation's
    number; of the random states only the Metropolis draws' has to be kept.

    Parameters
    ----------
    path : Path
        The checkpoint's folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._previous = path.with_name(path.name + ".previous")

    def exists(self) -> bool:
        """Tell whether there is one to load."""
        return self.path.is_dir() or self._previous.is_dir()

    def save(
        self,
        state: Mapping[str, Any],
        population: Sequence[GeneratorIndividual],
        best: GeneratorIndividual | None,
        discriminator: torch.nn.Module,
        optimizer: torch.optim.Optimizer,
    ) -> None:
        """Write everything that the next generation depends on.

        Parameters
        ----------
        state : mapping
            JSON types: the next generation's number, random states, position of the log.
        population, best : individuals
            The survivors, and the hall of fame's first.
        discriminator, optimizer : Module, Optimizer
            The environment's.

        Raises
        ------
        RunError
            If it cannot be written; the checkpoint before stays whole.
        """
        temporary = self.path.with_name(self.path.name + ".writing")
        try:
            shutil.rmtree(temporary, ignore_errors=True)
            temporary.mkdir(parents=True)
            for index, individual in enumerate(population):
                save_tensors(temporary / f"generator-{index}.safetensors", *individual.to_tensors())
            if best is not None:
                save_tensors(temporary / "best.safetensors", *best.to_tensors())
            save_tensors(temporary / "discriminator.safetensors", discriminator.state_dict())
            save_tensors(temporary / "optimizer.safetensors", *optimizer_to_tensors(optimizer))
            write_json(temporary / "state.json", dict(state))
            for file in temporary.iterdir():
                _sync(file)
            _sync(temporary)
            self._swap(temporary)
        except OSError as error:
            raise RunError(
                f"the checkpoint cannot be written to {self.path} ({error.strerror or error}); "
                "free some space, then resume"
            ) from error

    def load(
        self,
        population: Sequence[GeneratorIndividual],
        discriminator: torch.nn.Module,
        optimizer: torch.optim.Optimizer | None = None,
    ) -> dict[str, Any]:
        """Load individuals, discriminator and optimizer in place; return the JSON state.

        Raises
        ------
        RunError
            If there is no checkpoint, or it is damaged.
        """
        source = self._source()
        for index, individual in enumerate(population):
            _load_individual(source / f"generator-{index}.safetensors", individual)
        load_module(source / "discriminator.safetensors", discriminator)
        if optimizer is not None:
            path = source / "optimizer.safetensors"
            try:
                load_optimizer(optimizer, *load_tensors(path))
            except (ValueError, KeyError) as error:
                raise RunError(f"{path} is damaged ({error})") from error
        return self.state()

    def state(self) -> dict[str, Any]:
        """Return the JSON state; raises as `load`."""
        path = self._source() / "state.json"
        try:
            return dict(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise RunError(f"{path} cannot be read; the checkpoint is damaged") from error

    def load_best(self, individual: GeneratorIndividual) -> bool:
        """Load the hall of fame's first into an individual; False if there is none."""
        path = self._source() / "best.safetensors"
        if not path.is_file():
            return False
        _load_individual(path, individual)
        return True

    def _source(self) -> Path:
        for path in (self.path, self._previous):
            if path.is_dir():
                return path
        raise RunError(
            f"{self.path.parent} has no checkpoint yet; start the training anew with another --out"
        )

    def _swap(self, temporary: Path) -> None:
        if self.path.is_dir():
            shutil.rmtree(self._previous, ignore_errors=True)
            self.path.rename(self._previous)
        temporary.rename(self.path)
        _sync(self.path.parent)


def _load_individual(path: Path, individual: GeneratorIndividual) -> None:
    tensors, metadata = load_tensors(path)
    try:
        individual.load_tensors(tensors, metadata)
    except (RuntimeError, ValueError, KeyError) as error:
        raise RunError(f"{path} does not fit the network that config.json describes") from error


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
