"""What the core asks of an environment. The concrete one, a discriminator, lives in training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch

from geneticgan.gan.individual import GeneratorIndividual

Situation = tuple[torch.Tensor, ...]
"""All that differs between generations and not between individuals, as tensors on the device."""


@dataclass(frozen=True)
class Judgement:
    """What the discriminator says of a batch of images.

    Attributes
    ----------
    source : Tensor
        Shape (B,), logits of being real.
    classes : Tensor
        Shape (B, K), class logits.
    guide : Tensor or None
        Shape (B, K), those of a second class head that learns from real images alone, if any.
    """

    source: torch.Tensor
    classes: torch.Tensor
    guide: torch.Tensor | None = None

    @property
    def guidance(self) -> torch.Tensor:
        """The class logits that generators learn from."""
        return self.classes if self.guide is None else self.guide

    def detach(self) -> Judgement:
        """Return the same without a graph."""
        guide = None if self.guide is None else self.guide.detach()
        return Judgement(self.source.detach(), self.classes.detach(), guide)


class Environment(Protocol):
    """A situation that all individuals of a generation meet alike (common random numbers).

    Within a generation the real batch, the noise and the labels are fixed, so that a difference
    in fitness is a difference between individuals. Breeding and evaluating change nothing here;
    only `observe` and `update` do.

    Attributes
    ----------
    offspring_steps : int
        Optimizer steps that make an offspring, >= 1, each on latents of its own.
    """

    offspring_steps: int

    def observe(self, generation: int) -> None:
        """Draw the situation of a generation (0-based)."""

    def turn(self, step: int) -> None:
        """Take the latents of an offspring's step; those of step 0 are the ones it is judged on."""

    def judge_generated(self, individual: GeneratorIndividual) -> Judgement:
        """Return the judgement of the individual's images, with a graph to its parameters.

        This is a training pass: the individual's batch statistics advance by one batch.
        """

    def judge_real(self) -> Judgement:
        """Return the judgement of the generation's real batch, without a graph."""

    def class_loss(self, judgement: Judgement) -> torch.Tensor:
        """Return L_Cls of generated images under the labels they were asked for (scalar)."""

    def evaluate(self, individual: GeneratorIndividual) -> tuple[float, float]:
        """Return (quality, diversity); the individual is left unchanged."""

    def update(self, survivors: Sequence[GeneratorIndividual]) -> None:
        """Learn from the survivors: one step of the discriminator (lines 19-20)."""


class SharedEnvironment(Environment, Protocol):
    """An environment whose parts are at hand, which the shared-gradient step asks for."""

    @property
    def parameters(self) -> Sequence[torch.nn.Parameter]:
        """The discriminator's, that are trained."""

    def why_unshared(self) -> str:
        """Return why gradients cannot be shared here, as a clause; empty if they can.

        They cannot where the judgement of an image depends on the other images of its batch.
        """

    def generate(
        self, individual: GeneratorIndividual
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Return the individual's images (B, C, H, W), and its buffers after this training pass.

        The individual's own buffers stay as they are; the images have a graph to its parameters
        where gradients are enabled.
        """

    def judge(self, images: torch.Tensor) -> Judgement:
        """Return the judgement of generated images, with a graph to them and to `parameters`."""

    def assess(
        self, images: torch.Tensor, judgement: Judgement, gradients: Sequence[torch.Tensor]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return quality and diversity of images, by the fitness function, as scalars.

        Parameters
        ----------
        images : Tensor
            What an individual generates in this generation.
        judgement : Judgement
            Of them.
        gradients : sequence of Tensor
            Of L_D with them, one a parameter.
        """

    def real_loss(self) -> torch.Tensor:
        """Return the part of L_D that the real batch makes (scalar)."""

    def generated_loss(self, judgement: Judgement) -> torch.Tensor:
        """Return the part of L_D that generated images make (scalar)."""

    def note_losses(self, real: float, generated: float) -> None:
        """Note the parts of L_D for the record; `DivergedError` if one of them is not finite."""

    def step(self, gradients: Sequence[torch.Tensor]) -> None:
        """Take the discriminator's step with given gradients (lines 19-20)."""

    def extra_steps(self, survivors: Sequence[GeneratorIndividual]) -> None:
        """Take what other steps of the discriminator a generation has, if any."""


class ResidentEnvironment(SharedEnvironment, Protocol):
    """An environment whose situation is a handful of tensors that another can be copied into."""

    def why_not_resident(self, modules: Sequence[torch.nn.Module]) -> str:
        """Return why a generation of these generators needs the host, as a clause; or empty."""

    def draw(self, generation: int) -> Situation:
        """Return a generation's situation."""

    def face(self, situation: Situation) -> None:
        """Take a situation as the present one."""
