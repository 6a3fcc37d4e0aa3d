"""The FitnessFunction contract: what an individual is worth, seen from several sides."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import torch

from geneticgan.gan.batch import Batch, Logits
from geneticgan.gan.discriminator import DiscriminatorTraining
from geneticgan.gan.processes import ALONE, Processes
from geneticgan.registry import PluginGroup


@dataclass(frozen=True)
class FitnessInputs:
    """What is known of an individual in a generation; tensors on the device, without graphs.

    Attributes
    ----------
    own_images : Tensor
        What it generates of this process's share of the generation's latents and labels.
    labels : Tensor
        Shape (B,), int64: the classes that were asked for.
    logits : Logits
        The discriminator's output on the images.
    gradients : sequence of Tensor
        Of the discriminator's loss L_D on real and on these images, one a parameter.
    class_counts : Tensor
        Shape (K,), training images by class.
    held_out_loss : callable
        From gradients and a length to the class loss (a scalar) that the discriminator would have
        on held-out real images after a step of that length against the gradients. Only where the
        fitness says ``needs_held_out``.
    processes : Processes
        Of the run.
    """

    own_images: torch.Tensor
    labels: torch.Tensor
    logits: Logits
    gradients: Sequence[torch.Tensor]
    class_counts: torch.Tensor
    held_out_loss: Callable[[Sequence[torch.Tensor], float], torch.Tensor]
    processes: Processes = ALONE

    @cached_property
    def images(self) -> torch.Tensor:
        """All that it generates of the generation's latents and labels: (B, C, H, W) in [-1, 1]."""
        return self.processes.whole(self.own_images, len(self.labels))


class FitnessFunction(ABC):
    """Evaluates individuals by two values; a plugin of the group ``geneticgan.fitness``.

    Selection compares ``quality + lambda * diversity``; DEAP's multi-objective selections see the
    two apart. Nothing in `evaluate` may wait for the device or draw random numbers, so that it can
    be a part of a CUDA graph and every individual of a generation is evaluated alike.

    Attributes
    ----------
    needs_held_out : bool
        Whether `FitnessInputs.held_out_loss` is called.
    """

    needs_held_out: bool = False

    @abstractmethod
    def evaluate(self, inputs: FitnessInputs) -> tuple[torch.Tensor, torch.Tensor]:
        """Return quality and diversity, scalars, the higher the better.

        An individual with a value that is not finite has failed and cannot win.
        """


def quality(source_logits: torch.Tensor) -> torch.Tensor:
    """Return the mean probability of being real: E_z[sigmoid(D_src(G(z)))] (equation 2).

    Parameters
    ----------
    source_logits : Tensor
        Shape (B,), the discriminator's source logits on generated images.

    Returns
    -------
    Tensor
        Scalar in [0, 1].
    """
    return torch.sigmoid(source_logits).mean()


def diversity(gradients: Iterable[torch.Tensor]) -> torch.Tensor:
    """Return minus the log of the discriminator's gradient norm (equation 3).

    Parameters
    ----------
    gradients : iterable of Tensor
        The gradient of the discriminator's loss, a tensor a parameter.

    Returns
    -------
    Tensor
        Scalar; +inf for a vanishing gradient, NaN or -inf for a non-finite one.
    """
    return -torch.log(torch.nn.utils.get_total_norm(list(gradients)))


class PaperFitness(FitnessFunction):
    """E[sigmoid(D(G(z)))] and -log of the norm of D's gradient (the paper's equations 2 and 3)."""

    def evaluate(self, inputs: FitnessInputs) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the mean belief that the images are real, and minus the log gradient norm."""
        return quality(inputs.logits.source), diversity(inputs.gradients)


@dataclass(frozen=True)
class Evaluator:
    """A fitness function with what it knows of a run.

    Attributes
    ----------
    fitness : FitnessFunction
        Gives quality and diversity.
    discriminator : DiscriminatorTraining
        Of the run.
    class_counts : Tensor
        Shape (K,), training images by class.
    """

    fitness: FitnessFunction
    discriminator: DiscriminatorTraining
    class_counts: torch.Tensor

    @torch.no_grad()
    def values(
        self,
        images: torch.Tensor,
        logits: Logits,
        gradients: Sequence[torch.Tensor],
        batch: Batch,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return quality and diversity, scalars.

        Parameters
        ----------
        images : Tensor
            What an individual generates from this process's share of the batch.
        logits : Logits
            The discriminator's output on them.
        gradients : sequence of Tensor
            Of L_D on the real images and on these, one a parameter.
        batch : Batch
            What the individual meets.
        """
        return self.fitness.evaluate(
            FitnessInputs(
                images.detach(),
                batch.labels,
                logits.detach(),
                gradients,
                self.class_counts,
                partial(self.discriminator.held_out_loss, batch),
                self.discriminator.forward.processes,
            )
        )


FITNESS = PluginGroup("geneticgan.fitness", FitnessFunction, "fitness")  # type: ignore[type-abstract]  # plugins are checked against it, it is not made


def create_fitness(text: str) -> FitnessFunction:
    """Make a fitness function such as ``paper``; `PluginError` as `PluginGroup.make`."""
    return FITNESS.make(text)
