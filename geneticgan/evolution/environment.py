"""What the core asks of an environment. The concrete one, a discriminator, lives in training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch

from geneticgan.evolution.individual import GeneratorIndividual


@dataclass(frozen=True)
class Judgement:
    """What the discriminator says of a batch of images.

    Attributes
    ----------
    source : Tensor
        Shape (B,), logits of being real.
    classes : Tensor
        Shape (B, K), class logits.
    """

    source: torch.Tensor
    classes: torch.Tensor


class Environment(Protocol):
    """A situation that all individuals of a generation meet alike (common random numbers).

    Within a generation the real batch, the noise and the labels are fixed, so that a difference
    in fitness is a difference between individuals. Breeding and evaluating change nothing here;
    only `observe` and `update` do.
    """

    def observe(self, generation: int) -> None:
        """Draw the situation of a generation (0-based)."""

    def judge_generated(self, individual: GeneratorIndividual) -> Judgement:
        """Return the judgement of the individual's images, with a graph to its parameters.

        This is a training pass: the individual's batch statistics advance by one batch.
        """

    def judge_real(self) -> Judgement:
        """Return the judgement of the generation's real batch, without a graph."""

    def class_loss(self, judgement: Judgement) -> torch.Tensor:
        """Return L_Cls of generated images under the labels they were asked for (scalar)."""

    def evaluate(self, individual: GeneratorIndividual) -> tuple[float, float]:
        """Return (quality, diversity) of equations 2 and 3; the individual is left unchanged."""

    def update(self, survivors: list[GeneratorIndividual]) -> None:
        """Learn from the survivors: one step of the discriminator (lines 19-20)."""
