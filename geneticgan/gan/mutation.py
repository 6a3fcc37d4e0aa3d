"""The Mutation contract: an adversarial objective that makes an offspring of a generator."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch

from geneticgan.gan.batch import Batch
from geneticgan.gan.discriminator import DiscriminatorTraining
from geneticgan.gan.individual import NO_GRADIENT, NO_LOSS, GeneratorIndividual
from geneticgan.gan.optimizer_state import all_finite, step_with
from geneticgan.registry import PluginGroup
from geneticgan.specs import parse_specs


class Mutation(ABC):
    """One optimizer step on an adversarial objective, with DEAP's mutation signature.

    A subclass that defines `loss` is complete:

        class Hinge(Mutation):
            \"\"\"Minus the mean logit.\"\"\"

            def loss(self, fake, real):
                return -fake.mean()

    Options of a plugin are the keyword arguments of its ``__init__``; the subclass validates
    them and raises `ValueError` with a sentence for the user.
    """

    label: str = ""
    """What the run calls it: its name and options as the user wrote them; by `create_mutations`."""

    @abstractmethod
    def loss(self, fake: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        """Return the generator's adversarial loss M_c, to be minimised.

        Parameters
        ----------
        fake : Tensor
            Shape (B,), source logits of the generated batch.
        real : Tensor
            Shape (B',), source logits of the generation's real batch; no gradient flows there.

        Returns
        -------
        Tensor
            Scalar, the mean over the batch.
        """

    def objective(
        self, individual: GeneratorIndividual, discriminator: DiscriminatorTraining, batch: Batch
    ) -> torch.Tensor:
        """Return L_Gc = M_c + L_Cls (Algorithm 1, line 6), a scalar.

        Override only an objective that needs more than logits; it then takes the plain path.
        """
        real = discriminator.with_real_logits(batch).real_logits
        assert real is not None  # it has just been computed
        logits = discriminator.on_generated(individual, batch)
        return self.loss(logits.source, real.source) + discriminator.class_loss(logits, batch)

    def mutate(
        self,
        individual: GeneratorIndividual,
        discriminator: DiscriminatorTraining,
        batches: Sequence[Batch],
    ) -> tuple[GeneratorIndividual]:
        """Take an optimizer step in place for each batch (lines 6-7), as DEAP's mutations do.

        The individual's fitness is deleted. A non-finite loss or gradient takes no step and marks
        the individual as failed; it takes no further step. The discriminator is not changed.

        Returns
        -------
        tuple
            The individual itself, alone.
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
    """Make an individual the offspring that one step of its optimizer gives, or mark it failed.

    Parameters
    ----------
    individual : GeneratorIndividual
        Still its parent's copy; changed in place, its fitness deleted.
    loss : Tensor
        Scalar, of the objective.
    gradients : sequence of Tensor or None
        Of the objective, one a parameter; None where it has no part.
    label : str
        Of the mutation.
    """
    individual.mutation = label
    individual.failure = ""
    del individual.fitness.values
    if not all_finite([loss, *gradients]):
        individual.failure = NO_GRADIENT if torch.isfinite(loss) else NO_LOSS
        return
    step_with(individual.optimizer, individual.parameters, gradients)


def looks_beyond_logits(mutation: Mutation) -> bool:
    """Tell whether an objective or a step of its own is computed from more than logits."""
    cls = type(mutation)
    return cls.objective is not Mutation.objective or cls.mutate is not Mutation.mutate


MUTATIONS = PluginGroup("geneticgan.mutations", Mutation, "mutation")  # type: ignore[type-abstract]  # plugins are checked against it, it is not made


def create_mutations(text: str) -> list[Mutation]:
    """Make the mutations of a list such as ``minimax,nonsat,lsgan:b=0.9``, in its order.

    Raises
    ------
    PluginError
        As `PluginGroup.create` and `parse_specs`.
    """
    mutations = []
    for spec in parse_specs(text):
        mutation = MUTATIONS.create(spec)
        mutation.label = str(spec)
        mutations.append(mutation)
    return mutations
