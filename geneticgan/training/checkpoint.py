"""Checkpoints: safetensors and JSON, replaced atomically, read without unpickling."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from geneticgan.errors import RunError
from geneticgan.files import is_full, sync_folder
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.gan.optimizer_state import load_optimizer, optimizer_to_tensors
from geneticgan.training.frozen import changing, frozen_weights, keep_frozen
from geneticgan.training.manifest import what_is_wrong, write_manifest
from geneticgan.training.results import UNFIT
from geneticgan.training.run_folder import FROZEN, write_json
from geneticgan.training.state import what_does_not_fit
from geneticgan.training.tensors import load_module, load_tensors, save_tensors

FORMAT = 2
"""The format of the state; format 1 had no manifest."""


class Checkpoint:
    """The state of a run after some generation.

    It is written to a folder with a temporary name, which then replaces the last one, so a run
    always has a complete checkpoint. Batches and latents are functions of the generation's number;
    the only random state to keep is that of the Metropolis draws.

    Parameters
    ----------
    path : Path
        The checkpoint's folder.

    Attributes
    ----------
    notice : str
        A message after loading if the newest checkpoint was damaged and the previous one was used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._previous = path.with_name(path.name + ".previous")
        self._frozen = path.with_name(FROZEN)
        self._source: Path | None = None
        self.notice = ""

    def follow(self) -> None:
        """Use the checkpoint that another process has saved."""
        self._source = None

    def exists(self) -> bool:
        """Tell whether there is a checkpoint to load."""
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
            The next generation's number, random states and the log's position, as JSON types.
        population, best : individuals
            The survivors, and the first of the hall of fame.
        discriminator, optimizer : Module, Optimizer
            The discriminator and its optimizer.

        Raises
        ------
        RunError
            If it cannot be written; the previous checkpoint stays intact.
        """
        temporary = self.path.with_name(self.path.name + ".writing")
        try:
            shutil.rmtree(temporary, ignore_errors=True)
            temporary.mkdir(parents=True)
            for index, individual in enumerate(population):
                save_tensors(temporary / f"generator-{index}.safetensors", *individual.to_tensors())
            if best is not None:
                save_tensors(temporary / "best.safetensors", *best.to_tensors())
            keep_frozen(self._frozen, discriminator)
            save_tensors(temporary / "discriminator.safetensors", changing(discriminator))
            save_tensors(temporary / "optimizer.safetensors", *optimizer_to_tensors(optimizer))
            write_json(temporary / "state.json", {"format": FORMAT, **state})
            write_manifest(temporary)
            self._swap(temporary)
        except OSError as error:
            mend = "free some disk space" if is_full(error) else "put that right"
            raise RunError(
                f"the checkpoint cannot be written to {self.path} ({error.strerror or error}); "
                f"{mend}, then resume"
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
        source = self._find()
        for index, individual in enumerate(population):
            _load_individual(source / f"generator-{index}.safetensors", individual)
        frozen = frozen_weights(self._frozen, discriminator)
        load_module(source / "discriminator.safetensors", discriminator, frozen)
        if optimizer is not None:
            path = source / "optimizer.safetensors"
            try:
                load_optimizer(optimizer, *load_tensors(path))
            except UNFIT as error:
                raise RunError(f"{path} is damaged ({error})") from error
        return self.state()

    def state(self) -> dict[str, Any]:
        """Return the JSON state; raises as `load` does."""
        path = self._find() / "state.json"
        try:
            state = dict(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise RunError(f"{path} cannot be read; the checkpoint is damaged") from error
        state = migrated(state, path)
        if fault := what_does_not_fit(state):
            raise RunError(f"{path} is damaged: {fault}; train again")
        return state

    def load_best(self, individual: GeneratorIndividual) -> bool:
        """Load the first of the hall of fame into an individual; returns False if there is none."""
        path = self._find() / "best.safetensors"
        if not path.is_file():
            return False
        _load_individual(path, individual)
        return True

    def _find(self) -> Path:
        """Return the newest intact checkpoint; raises as `load` does."""
        if self._source is not None:
            return self._source
        problems: list[str] = []
        for path in (self.path, self._previous):
            if not path.is_dir():
                continue
            problem = self._problem(path)
            if not problem:
                if problems:
                    self.notice = f"{problems[0]}; continuing from the previous checkpoint"
                self._source = path
                return path
            problems.append(problem)
        if problems:
            raise RunError(f"{'; '.join(problems)}: the checkpoint is damaged; train again")
        raise RunError(
            f"{self.path.parent} has no checkpoint yet; start the training again with another --out"
        )

    @staticmethod
    def _problem(path: Path) -> str:
        """Return why a checkpoint cannot be trusted, as a clause; empty if it can."""
        if not (path / "manifest.json").exists() and (path / "state.json").is_file():
            state = json.loads((path / "state.json").read_text(encoding="utf-8"))
            if state.get("format", 1) == 1:
                return ""  # older than manifests
        return what_is_wrong(path)

    def _swap(self, temporary: Path) -> None:
        if self._source == self._previous:  # the newest is damaged: keep the previous one
            shutil.rmtree(self.path, ignore_errors=True)
        elif self.path.is_dir():
            shutil.rmtree(self._previous, ignore_errors=True)
            self.path.rename(self._previous)
        temporary.rename(self.path)
        sync_folder(self.path.parent)
        self._source = self.path


def _load_individual(path: Path, individual: GeneratorIndividual) -> None:
    tensors, metadata = load_tensors(path)
    try:
        individual.load_tensors(tensors, metadata)
    except (RuntimeError, *UNFIT) as error:
        raise RunError(f"{path} does not fit the network that config.json describes") from error


def migrated(state: dict[str, Any], path: Path) -> dict[str, Any]:
    """Convert a state of any earlier format to this one; raises `RunError` for a later format."""
    written = state.get("format", 1)
    if not isinstance(written, int) or not 1 <= written <= FORMAT:
        raise RunError(
            f"{path} has format {written!r}; this version reads formats up to {FORMAT}: use the "
            "version of geneticgan named in config.json"
        )
    if written < 2:  # before adaptive schedules and rollbacks
        state = {"schedule": {}, "rollbacks": 0, **state}
    return state | {"format": FORMAT}
