"""The Mutation contract: an adversarial objective that makes an offspring of a generator."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch

from geneticgan.evolution.environment import Environment
from geneticgan.evolution.individual import GeneratorIndividual


class Mutation(ABC):
    """One optimizer step on an adversarial objective, with DEAP's mutation signature.

    A subclass that defines `loss` is complete::

        class Hinge(Mutation):
            \"\"\"Minus the mean logit.\"\"\"

            def loss(self, fake, real):
                return -fake.mean()

    Options of a plugin are the keyword arguments of its ``__init__``; the subclass validates
    them and raises `ValueError` with a sentence for the user.
    """

    label: str = ""
    """What the run calls it (its name and options as the user wrote them); set by the registry."""

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

    def objective(self, individual: GeneratorIndividual, environment: Environment) -> torch.Tensor:
        """Return L_Gc = M_c + L_Cls (Algorithm 1, line 6).

        Override only an objective that needs more than logits; it then takes the plain path.
        """
        judgement = environment.judge_generated(individual)
        real = environment.judge_real()
        return self.loss(judgement.source, real.source) + environment.class_loss(judgement)

    def mutate(
        self, individual: GeneratorIndividual, environment: Environment
    ) -> tuple[GeneratorIndividual]:
        """Take one optimizer step in place (lines 6-7), as DEAP's mutations do.

        The individual's fitness is deleted. A non-finite loss or gradient takes no step and
        marks the individual dead. The discriminator is not touched.

        Returns
        -------
        tuple
            The individual itself, alone.
        """
        parameters = [p for p in individual.module.parameters() if p.requires_grad]
        loss = self.objective(individual, environment)
        gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
        individual.mutation = self.label
        del individual.fitness.values
        if not torch.isfinite(loss):
            individual.cause_of_death = "non-finite loss"
        elif not all(torch.isfinite(g).all() for g in gradients if g is not None):
            individual.cause_of_death = "non-finite gradient"
        else:
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.grad = gradient
            individual.optimizer.step()
            individual.optimizer.zero_grad(set_to_none=True)
        return (individual,)
