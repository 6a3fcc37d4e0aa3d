"""Learning rates over a training: a warm-up, and then constant or falling along a cosine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from geneticgan.config import TrainConfig
from geneticgan.gan.individual import GeneratorIndividual

USUAL_RATE = 3e-3
"""The discriminator's learning rate where neither config nor architecture has one."""


@dataclass(frozen=True)
class RateSchedule:
    """What a learning rate is multiplied by at a step; a function of the step alone.

    So a training that is resumed has the rates it would have had. The cosine is that of
    Loshchilov and Hutter 2017, without restarts.

    Attributes
    ----------
    kind : str
        ``constant`` or ``cosine``, which falls from 1 to 0.
    steps : int
        Of the whole training, >= 1.
    warm_up : float
        Share of the steps over which the rate first rises in equal parts, in [0, 1).
    """

    kind: str
    steps: int
    warm_up: float = 0.0

    def factor(self, step: int) -> float:
        """Return the factor in (0, 1] of a step, counted from 0."""
        warming = min(round(self.warm_up * self.steps), self.steps - 1)  # the full rate is met
        if step < warming:
            return (step + 1) / (warming + 1)
        if self.kind == "constant":
            return 1.0
        done = (step - warming) / (self.steps - warming)
        return 0.5 * (1.0 + math.cos(math.pi * min(done, 1.0)))


def set_rate(optimizer: torch.optim.Optimizer, rate: float | Sequence[float]) -> None:
    """Set the learning rate of an optimizer's groups: one for all, or one for each.

    Where it is a tensor, as a CUDA graph needs it, it is filled in place: no one waits for it.
    """
    groups = optimizer.param_groups
    rates = [rate] * len(groups) if isinstance(rate, float) else rate
    for group, each in zip(groups, rates, strict=True):
        if isinstance(group["lr"], torch.Tensor):
            group["lr"].fill_(each)
        else:
            group["lr"] = each


@dataclass(frozen=True)
class FullRates:
    """The learning rates of a run before its schedule, resolved.

    Attributes
    ----------
    of_discriminator, of_generators : float
        Adam's learning rates.
    """

    of_discriminator: float
    of_generators: float


def full_rates(config: TrainConfig, own: float | None = None) -> FullRates:
    """Return the learning rates that a config asks for.

    Parameters
    ----------
    config : TrainConfig
        The options of the run.
    own : float or None
        The architecture's learning rate (`geneticgan.networks.Architecture.learning_rate`), which
        holds where the config has none.
    """
    of_discriminator = config.learning_rate or own or USUAL_RATE
    return FullRates(of_discriminator, config.generator_learning_rate or of_discriminator)


class RunRates:
    """Sets the learning rates of a run before each generation.

    Parameters
    ----------
    config : TrainConfig
        The rate schedule and the number of generations.
    full : FullRates
        The rates that the schedule multiplies.
    of_discriminator : torch.optim.Optimizer
        The discriminator's optimizer.

    Attributes
    ----------
    slowing : float
        A further factor of the discriminator's rate; 1 unless the run diverged.
    """

    def __init__(
        self, config: TrainConfig, full: FullRates, of_discriminator: torch.optim.Optimizer
    ) -> None:
        self.slowing = 1.0
        self._full = full
        self._of_discriminator = of_discriminator
        self._schedule = RateSchedule(config.rate_schedule, config.steps, config.warm_up)

    def __call__(self, generation: int, individuals: Sequence[GeneratorIndividual]) -> None:
        """Set the rates of a generation for the discriminator and for these individuals."""
        factor = self._schedule.factor(generation)
        set_rate(self._of_discriminator, factor * self._full.of_discriminator * self.slowing)
        for individual in individuals:
            set_rate(individual.optimizer, factor * self._full.of_generators)
