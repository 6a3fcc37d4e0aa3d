"""The shared-gradient step: a generation's work done once that the plain path does n times.

It registers the same operators in a toolbox as the plain path does, so `ea_annealing` runs both,
and the plain path is the oracle of its tests. Selection stays what the toolbox says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from geneticgan.annealing.fitness import DEAD
from geneticgan.gan.environment import SharedEnvironment
from geneticgan.gan.family import Gradients, Shown, offspring_gradients, show
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.gan.mutation import Mutation, take_step
from geneticgan.gan.pool import Pool


class SharedBreeding:
    """Breeds, evaluates and teaches, sharing what the individuals of a generation have in common.

    The gradients of the discriminator's loss, which the fitness needs, are kept: the survivor's
    is the discriminator's own update. Individuals that do not survive a generation are written
    over in the next: copy (with ``toolbox.clone``, or DEAP's hall of fame, which does) what is
    to be kept.

    Parameters
    ----------
    environment : SharedEnvironment
        The discriminator's side.
    mutations : sequence of Mutation
        One offspring of each parent for each of them.
    """

    def __init__(self, environment: SharedEnvironment, mutations: Sequence[Mutation]) -> None:
        self._environment = environment
        self._mutations = tuple(mutations)
        self._pool = Pool()
        self._breeding = False
        self._families: dict[int, Shown] = {}
        self._generated: dict[int, tuple[Gradients, torch.Tensor]] = {}
        self._real: tuple[Gradients, torch.Tensor] = ((), torch.zeros(()))

    def observe(self, generation: int) -> None:
        """Draw the situation and compute the real part of the discriminator's gradient, once."""
        environment = self._environment
        self._families.clear()
        self._generated.clear()
        self._breeding = False
        environment.observe(generation)
        loss = environment.real_loss()
        self._real = torch.autograd.grad(loss, environment.parameters), loss.detach()

    def evaluate(self, individual: GeneratorIndividual) -> tuple[float, float]:
        """Return (quality, diversity), as the environment's own evaluation does.

        Before `breed` is called it is a parent that is evaluated, and its graph is kept.
        """
        if individual.died_bearing:
            return DEAD
        shown = self._show(individual, parent=not self._breeding)
        whole = torch._foreach_add(self._real[0], shown.gradients)
        return individual.judged(*self._environment.assess(shown.leaf, shown.judgement, whole))

    def breed(self, parents: Sequence[GeneratorIndividual]) -> Iterator[GeneratorIndividual]:
        """Bear every parent's offspring, one for each mutation (Algorithm 1, lines 4-7)."""
        self._breeding = True
        self._pool.reclaim(parents)
        for parent in parents:
            if id(parent) not in self._families:  # a selection that keeps the dead
                self._show(parent, parent=True)
            shown = self._families.pop(id(parent))
            found = offspring_gradients(self._environment, parent, shown, self._mutations)
            for mutation, (loss, gradients) in zip(self._mutations, found, strict=True):
                child = self._pool.take(parent, shown.buffers)
                take_step(child, loss, gradients, mutation.label)
                mutation.step_on(child, self._environment)
                yield child

    def update(self, survivors: Sequence[GeneratorIndividual]) -> None:
        """Take the discriminator's step with the gradients that the fitness was made of."""
        for survivor in survivors:
            if id(survivor) not in self._generated:  # likewise
                self._show(survivor, parent=False)
        parts = [self._generated[id(survivor)] for survivor in survivors]
        whole = list(self._real[0])
        for gradients, _ in parts:
            whole = list(torch._foreach_add(whole, gradients, alpha=1 / len(parts)))
        losses = torch.stack([self._real[1], torch.stack([loss for _, loss in parts]).mean()])
        self._environment.note_losses(*losses.tolist())
        self._environment.step(whole)
        self._environment.extra_steps(survivors)

    def _show(self, individual: GeneratorIndividual, *, parent: bool) -> Shown:
        shown = show(self._environment, individual, parent=parent)
        self._generated[id(individual)] = shown.gradients, shown.loss
        if parent:
            self._families[id(individual)] = shown
        return shown
