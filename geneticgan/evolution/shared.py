"""The shared-gradient step: a generation's work done once that the plain path does n times.

All offspring of a parent share its forward pass through generator and discriminator. Since the
discriminator couples no samples, row i of the image gradient of any objective of the source
logits is ``W_i * ds_i/dx_i + dL_cls/dx_i`` with ``W = dM/ds``: two backward passes through the
discriminator serve any number of mutations. The gradients of the discriminator's loss, needed for
the fitness, are kept; the survivor's is the discriminator's own update.

It registers the same operators in a toolbox as the plain path does, so `ea_annealing` runs both,
and the plain path is the oracle of its tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from geneticgan.evolution.environment import Judgement, SharedEnvironment
from geneticgan.evolution.fitness import DEAD, diversity, quality
from geneticgan.evolution.individual import GeneratorIndividual
from geneticgan.evolution.mutation import Mutation, take_step
from geneticgan.evolution.pool import Pool

Gradients = tuple[torch.Tensor, ...]


@dataclass
class _Family:
    """What a parent's evaluation leaves for its offspring."""

    images: torch.Tensor  # with a graph to the parent's parameters
    shown: torch.Tensor  # the same images as a leaf, where the judgement's graph ends
    buffers: dict[str, torch.Tensor]  # the parent's after one training pass
    judgement: Judgement


def why_plain(environment: SharedEnvironment, mutations: Sequence[Mutation]) -> str:
    """Return why these cannot share gradients, as a clause for the user; empty if they can."""
    for mutation in mutations:
        cls = type(mutation)
        if cls.objective is not Mutation.objective or cls.mutate is not Mutation.mutate:
            return f"mutation {mutation.label!r} needs more than logits"
    if environment.couples_samples():
        return "the discriminator couples the samples of a batch"
    return ""


class SharedBreeding:
    """Breeds, evaluates and teaches, sharing what the individuals of a generation have in common.

    Individuals that do not survive a generation are written over in the next: copy (with
    ``toolbox.clone``, or DEAP's hall of fame, which does) what is to be kept.

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
        self._families: dict[int, _Family] = {}
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
        judgement = self._show(individual, parent=not self._breeding)
        whole = torch._foreach_add(self._real[0], self._generated[id(individual)][0])
        return individual.judged(quality(judgement.source.detach()), diversity(whole))

    def breed(self, parents: Sequence[GeneratorIndividual]) -> Iterator[GeneratorIndividual]:
        """Bear every parent's offspring, one for each mutation (Algorithm 1, lines 4-7)."""
        self._breeding = True
        self._pool.reclaim(parents)
        for parent in parents:
            if id(parent) not in self._families:  # a selection that keeps the dead
                self._show(parent, parent=True)
            yield from self._brood(parent, self._families.pop(id(parent)))

    def update(self, survivors: Sequence[GeneratorIndividual]) -> None:
        """Take the discriminator's step with the gradients that the fitness was made of."""
        for survivor in survivors:
            if id(survivor) not in self._generated:  # likewise
                self._show(survivor, parent=False)
        parts = [self._generated[id(survivor)] for survivor in survivors]
        whole = list(self._real[0])
        for gradients, _ in parts:
            whole = list(torch._foreach_add(whole, gradients, alpha=1 / len(parts)))
        losses = torch.stack([loss for _, loss in parts])
        self._environment.learn(whole, self._real[1], losses.mean())

    def _show(self, individual: GeneratorIndividual, *, parent: bool) -> Judgement:
        """Show the individual's images to the discriminator and keep the gradient they make.

        Of a parent the graph is kept too, for `_brood`.
        """
        environment = self._environment
        with torch.set_grad_enabled(parent):
            images, buffers = environment.generate(individual)
        shown = images.detach().requires_grad_(parent)
        judgement = environment.judge(shown)
        loss = environment.generated_loss(judgement)
        gradients = torch.autograd.grad(loss, environment.parameters, retain_graph=parent)
        self._generated[id(individual)] = gradients, loss.detach()
        if parent:
            self._families[id(individual)] = _Family(images, shown, buffers, judgement)
        return judgement

    def _brood(self, parent: GeneratorIndividual, family: _Family) -> Iterator[GeneratorIndividual]:
        environment, source = self._environment, family.judgement.source
        class_loss = environment.class_loss(family.judgement)
        (by_class,) = torch.autograd.grad(class_loss, family.shown, retain_graph=True)
        (by_source,) = torch.autograd.grad(source.sum(), family.shown)
        real = environment.judge_real().source
        losses, cotangents = [], []
        for mutation in self._mutations:
            logits = source.detach().requires_grad_()
            loss = mutation.loss(logits, real)
            weights = _gradient_or_zeros(loss, logits).view(-1, *[1] * (by_source.dim() - 1))
            losses.append((loss + class_loss).detach())
            cotangents.append((weights * by_source + by_class).to(family.images.dtype))
        parameters = parent.parameters
        last = len(cotangents) - 1
        gradients = [
            torch.autograd.grad(
                family.images,
                parameters,
                cotangent,
                retain_graph=number < last,
                allow_unused=True,
            )
            for number, cotangent in enumerate(cotangents)
        ]
        for mutation, loss, gradient in zip(self._mutations, losses, gradients, strict=True):
            child = self._pool.take(parent, family.buffers)
            take_step(child, loss, gradient, mutation.label)
            yield child


def _gradient_or_zeros(loss: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """Return d loss / d logits; zeros for an objective that does not look at them."""
    if not loss.requires_grad:
        return torch.zeros_like(logits)
    (gradient,) = torch.autograd.grad(loss, logits, allow_unused=True, materialize_grads=True)
    return gradient
