"""A generator as a DEAP individual: a torch module with its buffers and its optimizer's state."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn

import torch

from geneticgan.annealing.fitness import FAILED, SumFitness
from geneticgan.gan.optimizer_state import (
    copy_all,
    copy_optimizer,
    load_network,
    load_optimizer,
    optimizer_to_tensors,
)

OptimizerFactory = Callable[[Iterable[torch.nn.Parameter]], torch.optim.Optimizer]
"""Builds an optimizer of a module's parameters, with fixed hyperparameters."""


NO_LOSS = "non-finite loss"
NO_GRADIENT = "non-finite gradient"
NO_FITNESS = "non-finite fitness"
"""The reasons for which an individual can fail."""


class GeneratorIndividual:
    """One individual of the population.

    It has the ``fitness`` that DEAP needs and can be cloned (``deepcopy``), so ``Statistics``,
    ``Logbook``, ``HallOfFame``, ``selBest`` and ``selNSGA2`` work on it. It is never pickled:
    `to_tensors` and `load_tensors` convert it to and from safetensors.

    Parameters
    ----------
    module : torch.nn.Module
        The generator.
    make_optimizer : callable
        Builds the optimizer of the module's parameters; shared by all clones.
    weights : sequence of float
        Fitness weights, (1, lambda) in the paper.

    Attributes
    ----------
    lineage : int
        Label that an individual shares with its offspring; see `sel_annealing`.
    mutation : str
        The mutation that made it from its parent; empty for an initial individual.
    failure : str
        Why the individual failed, in which case its fitness is -inf; empty if it did not.
    """

    def __init__(
        self,
        module: torch.nn.Module,
        make_optimizer: OptimizerFactory,
        weights: Sequence[float] = (1.0, 1.0),
    ) -> None:
        self.module = module
        self.optimizer = make_optimizer(module.parameters())
        self.fitness = SumFitness(weights)
        self.lineage = 0
        self.mutation = ""
        self.failure = ""
        self._make_optimizer = make_optimizer

    @property
    def parameters(self) -> list[torch.nn.Parameter]:
        """The parameters that are trained."""
        return [p for p in self.module.parameters() if p.requires_grad]

    def state_tensors(self) -> list[torch.Tensor]:
        """Return its parameters, buffers and optimizer state, always in the same order."""
        state = self.optimizer.state
        moments = (state[p][name] for p in self.parameters for name in sorted(state.get(p, ())))
        return [
            *self.module.parameters(),
            *self.module.buffers(),
            *(moment for moment in moments if isinstance(moment, torch.Tensor)),
        ]

    @property
    def failed_to_step(self) -> bool:
        """Whether the step that made it failed, so that there is nothing to evaluate."""
        return self.failure in (NO_LOSS, NO_GRADIENT)

    def evaluated(self, quality: float, diversity: float) -> tuple[float, float]:
        """Return the fitness values, or `FAILED` for an individual that failed.

        An individual fails if its step failed or a value is not finite; ``failure`` says which.
        """
        if self.failed_to_step:
            return FAILED
        if not (math.isfinite(quality) and math.isfinite(diversity)):
            self.failure = NO_FITNESS
            return FAILED
        self.failure = ""
        return quality, diversity

    def become(self, other: GeneratorIndividual) -> None:
        """Copy another individual's weights, buffers, optimizer state and lineage in place.

        The other must have the same architecture and the same kind of optimizer. No memory is
        allocated once both optimizers have a state.
        """
        with torch.no_grad():
            copy_all(self.module.parameters(), other.module.parameters())
            copy_all(self.module.buffers(), other.module.buffers())
        copy_optimizer(self.optimizer, other.optimizer)
        self.lineage = other.lineage

    def __deepcopy__(self, memo: dict[int, Any]) -> GeneratorIndividual:
        # A clone starts with the parent's exact weights, buffers and optimizer state. The
        # optimizer is rebuilt because its state is keyed by the parameters that it updates.
        clone = GeneratorIndividual(
            copy.deepcopy(self.module, memo), self._make_optimizer, self.fitness.weights
        )
        # load_state_dict may keep the tensors it is given, and a parent's must not be shared.
        clone.optimizer.load_state_dict(copy.deepcopy(self.optimizer.state_dict()))
        clone.fitness = copy.deepcopy(self.fitness, memo)
        clone.lineage = self.lineage
        clone.mutation = self.mutation
        clone.failure = self.failure
        memo[id(self)] = clone
        return clone

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(
            "a GeneratorIndividual is not pickled; save to_tensors() with safetensors instead"
        )

    def to_tensors(self) -> tuple[dict[str, torch.Tensor], str]:
        """Return the whole individual as named tensors and a JSON string.

        Returns
        -------
        tensors : dict of str to Tensor
            ``module.<name>`` for weights and buffers, ``optimizer.<index>.<name>`` for the state.
        metadata : str
            JSON with fitness, lineage, mutation, failure and the optimizer's scalar state.
        """
        state, optimizer = optimizer_to_tensors(self.optimizer)
        weights = self.module.state_dict()
        tensors = {f"module.{name}": value.contiguous() for name, value in weights.items()}
        tensors |= {f"optimizer.{name}": value.contiguous() for name, value in state.items()}
        metadata = {
            "values": [repr(value) for value in self.fitness.values],  # repr carries inf and NaN
            "lineage": self.lineage,
            "mutation": self.mutation,
            "failure": self.failure,
            "optimizer": optimizer,
        }
        return tensors, json.dumps(metadata)

    def load_tensors(self, tensors: Mapping[str, torch.Tensor], metadata: str) -> None:
        """Become what `to_tensors` returned.

        Parameters
        ----------
        tensors : mapping of str to Tensor
            The tensors from `to_tensors`, for a module of the same architecture.
        metadata : str
            The JSON string from `to_tensors`.

        Raises
        ------
        RuntimeError, ValueError, KeyError
            If the tensors or the metadata do not fit the module and its optimizer.
        """
        data = json.loads(metadata)
        if not isinstance(data, dict):
            raise ValueError("the metadata is not a mapping")
        load_network(self.module, _below("module.", tensors))
        load_optimizer(self.optimizer, _below("optimizer.", tensors), data["optimizer"])
        # The weights of the fitness come from the code that made it, never from a file.
        self.fitness = SumFitness(self.fitness.weights, [float(value) for value in data["values"]])
        self.lineage = int(data["lineage"])
        self.mutation = str(data["mutation"])
        self.failure = str(data["failure"])


def _below(prefix: str, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }


def same_weights(one: GeneratorIndividual, other: GeneratorIndividual) -> bool:
    """Return whether two generators are equal; pass it to DEAP's ``HallOfFame(similar=...)``."""
    ours, theirs = one.module.state_dict(), other.module.state_dict()
    return all(torch.equal(ours[name], theirs[name]) for name in ours)
