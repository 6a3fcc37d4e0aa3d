"""The FitnessFunction contract: what an individual is worth, as quality and diversity."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import torch

from geneticgan.gan.batch import Batch, Logits
from geneticgan.gan.discriminator import DiscriminatorTraining
from geneticgan.gan.processes import ALONE, Processes
from geneticgan.gan.returned import check_two
from geneticgan.registry import PluginGroup


@dataclass(frozen=True)
class FitnessInputs:
    """What a fitness function is given of an individual; tensors on the device, without graphs.

    Attributes
    ----------
    own_images : Tensor
        Its images from this process's share of the generation's latents and labels.
    labels : Tensor
        The requested classes, of shape (B,) and type int64.
    logits : Logits
        The discriminator's output on the images.
    gradients : sequence of Tensor
        Gradients of the discriminator's loss L_D on real and on these images, one per parameter.
    class_counts : Tensor
        Number of training images of each class, of shape (K,).
    held_out_loss : callable
        Maps gradients and a length to the class loss (a scalar) that the discriminator would have
        on held-out real images after a step of that length against the gradients. Usable only if
        the fitness sets ``needs_held_out``.
    processes : Processes
        The processes of the run.
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
        """Its images from all latents and labels of the generation: (B, C, H, W) in [-1, 1]."""
        return self.processes.whole(self.own_images, len(self.labels))


class FitnessFunction(ABC):
    """Evaluates individuals by two values; a plugin of the group ``geneticgan.fitness``.

    Selection compares ``quality + lambda * diversity``; DEAP's multi-objective selections see two
    separate values. Nothing in `evaluate` may wait for the device or draw random numbers, so that
    it can be part of a CUDA graph and treats all individuals of a generation the same.

    Attributes
    ----------
    needs_held_out : bool
        Whether `FitnessInputs.held_out_loss` is called.
    """

    needs_held_out: bool = False

    @abstractmethod
    def evaluate(self, inputs: FitnessInputs) -> tuple[torch.Tensor, torch.Tensor]:
        """Return quality and diversity as scalars; higher is better.

        An individual with a non-finite value has failed and cannot win.
        """


def quality(source_logits: torch.Tensor) -> torch.Tensor:
    """Return the mean probability of being real: E_z[sigmoid(D_src(G(z)))] (equation 2).

    Parameters
    ----------
    source_logits : Tensor
        The discriminator's source logits on generated images, of shape (B,).

    Returns
    -------
    Tensor
        A scalar in [0, 1].
    """
    return torch.sigmoid(source_logits).mean()


def diversity(gradients: Iterable[torch.Tensor]) -> torch.Tensor:
    """Return minus the log of the discriminator's gradient norm (equation 3).

    Parameters
    ----------
    gradients : iterable of Tensor
        The gradient of the discriminator's loss, one tensor per parameter.

    Returns
    -------
    Tensor
        A scalar; +inf for a vanishing gradient, NaN or -inf for a non-finite one.
    """
    return -torch.log(torch.nn.utils.get_total_norm(list(gradients)))


class PaperFitness(FitnessFunction):
    """E[sigmoid(D(G(z)))] and -log of the norm of D's gradient (the paper's equations 2 and 3)."""

    def evaluate(self, inputs: FitnessInputs) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the mean probability of being real, and minus the log gradient norm."""
        return quality(inputs.logits.source), diversity(inputs.gradients)


@dataclass(frozen=True)
class Evaluator:
    """A fitness function together with the parts of a run that it needs.

    Attributes
    ----------
    fitness : FitnessFunction
        Computes quality and diversity.
    discriminator : DiscriminatorTraining
        The discriminator of the run.
    class_counts : Tensor
        Number of training images of each class, of shape (K,).
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
        """Return quality and diversity as scalars.

        Parameters
        ----------
        images : Tensor
            An individual's images from this process's share of the batch.
        logits : Logits
            The discriminator's output on them.
        gradients : sequence of Tensor
            Gradients of L_D on the real images and on these, one per parameter.
        batch : Batch
            The batch on which the individual is evaluated.
        """
        found = self.fitness.evaluate(
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
        check_two(FITNESS, self.fitness, "evaluate", found)
        return found


FITNESS = PluginGroup("geneticgan.fitness", FitnessFunction, "fitness")  # type: ignore[type-abstract]  # plugins are checked against it, it is not made


def create_fitness(text: str) -> FitnessFunction:
    """Make a fitness function such as ``paper``; raises `PluginError` like `PluginGroup.make`."""
    return FITNESS.make(text)
