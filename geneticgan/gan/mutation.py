"""The Mutation contract: an adversarial objective that turns a generator into an offspring."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch

from geneticgan.gan.batch import Batch
from geneticgan.gan.discriminator import DiscriminatorTraining
from geneticgan.gan.individual import NO_GRADIENT, NO_LOSS, GeneratorIndividual
from geneticgan.gan.optimizer_state import all_finite, step_with
from geneticgan.gan.returned import check_scalar
from geneticgan.registry import PluginGroup
from geneticgan.specs import parse_specs


class Mutation(ABC):
    """One optimizer step on an adversarial objective, with DEAP's mutation signature.

    A subclass that defines `loss` is complete:

        class Hinge(Mutation):
            \"\"\"Minus the mean logit.\"\"\"

            def loss(self, fake, real):
                return -fake.mean()

    The options of a plugin are the keyword arguments of its ``__init__``; the subclass validates
    them and raises `ValueError` with a sentence for the user.
    """

    label: str = ""
    """Its name and options as the user wrote them; set by `create_mutations`."""

    @abstractmethod
    def loss(self, fake: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        """Return the generator's adversarial loss M_c, which is minimised.

        Parameters
        ----------
        fake : Tensor
            Source logits of the generated batch, of shape (B,).
        real : Tensor
            Source logits of the generation's real batch, of shape (B',), without a graph.

        Returns
        -------
        Tensor
            The mean loss over the batch, a scalar.
        """

    def checked_loss(self, fake: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        """Return the loss; `PluginError` names the plugin and its package if it is no scalar."""
        loss = self.loss(fake, real)
        check_scalar(MUTATIONS, self, "loss", loss)
        return loss

    def objective(
        self, individual: GeneratorIndividual, discriminator: DiscriminatorTraining, batch: Batch
    ) -> torch.Tensor:
        """Return L_Gc = M_c + L_Cls (Algorithm 1, line 6), a scalar.

        Override it only if an objective needs more than logits; it then takes the plain path.
        """
        real = discriminator.with_real_logits(batch).real_logits
        assert real is not None  # it has just been computed
        logits = discriminator.on_generated(individual, batch)
        loss = self.checked_loss(logits.source, real.source)
        return loss + discriminator.class_loss(logits, batch)

    def mutate(
        self,
        individual: GeneratorIndividual,
        discriminator: DiscriminatorTraining,
        batches: Sequence[Batch],
    ) -> tuple[GeneratorIndividual]:
        """Take an optimizer step in place for each batch (lines 6-7), as DEAP's mutations do.

        The individual's fitness is deleted. On a non-finite loss or gradient the individual takes
        neither this step nor a further one and is marked as failed. The discriminator does not
        change.

        Returns
        -------
        tuple
            A tuple of just the individual itself.
        """
        for number, batch in enumerate(batches):
            if number and individual.failed_to_step:
                break
            loss = self.objective(individual, discriminator, batch)
            gradients = discriminator.forward.gradients(
                loss, individual.parameters, allow_unused=True
            )
            take_step(individual, loss.detach(), gradients, self.label)
        return (individual,)


def take_step(
    individual: GeneratorIndividual,
    loss: torch.Tensor,
    gradients: Sequence[torch.Tensor | None],
    label: str,
) -> None:
    """Turn a copy of the parent into an offspring by one optimizer step, or mark it as failed.

    Parameters
    ----------
    individual : GeneratorIndividual
        A copy of its parent; changed in place, and its fitness is deleted.
    loss : Tensor
        The objective's value, a scalar.
    gradients : sequence of Tensor or None
        Gradients of the objective, one per parameter; None for a parameter that it does not use.
    label : str
        The mutation's label.
    """
    individual.mutation = label
    individual.failure = ""
    del individual.fitness.values
    if not all_finite([loss, *gradients]):
        individual.failure = NO_GRADIENT if torch.isfinite(loss) else NO_LOSS
        return
    step_with(individual.optimizer, individual.parameters, gradients)


def looks_beyond_logits(mutation: Mutation) -> bool:
    """Return whether a mutation has its own objective or step, which needs more than logits."""
    cls = type(mutation)
    return cls.objective is not Mutation.objective or cls.mutate is not Mutation.mutate


MUTATIONS = PluginGroup("geneticgan.mutations", Mutation, "mutation")  # type: ignore[type-abstract]  # plugins are checked against it, it is not made


def create_mutations(text: str) -> list[Mutation]:
    """Make the mutations of a list such as ``minimax,nonsat,lsgan:b=0.9``, in its order.

    Raises
    ------
    PluginError
        Under the conditions of `PluginGroup.create` and `parse_specs`.
    """
    mutations = []
    for spec in parse_specs(text):
        mutation = MUTATIONS.create(spec)
        mutation.label = str(spec)
        mutations.append(mutation)
    return mutations
