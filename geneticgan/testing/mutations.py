"""The contract suite of mutations."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from geneticgan.annealing.algorithm import Generation, ea_annealing
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.gan.machine import Machine
from geneticgan.gan.mutation import Mutation
from geneticgan.gan.plain import plain_toolbox
from geneticgan.gan.shared_gradients import why_plain
from geneticgan.gan.step import step_toolbox
from geneticgan.testing.contract import Contract, expect
from geneticgan.testing.replays import expect_replays
from geneticgan.testing.world import make_world

LIMIT = 30.0
"""Size of logits that a discriminator can easily reach; losses must be finite there."""


class MutationContract(Contract):
    """The contract of mutations; subclass it and define `make`."""

    @abstractmethod
    def make(self) -> Mutation:
        """Return a fresh mutation."""

    def logits(self, count: int, seed: int = 0) -> torch.Tensor:
        """Return random source logits of shape (count,) and type float64."""
        rng = torch.Generator().manual_seed(seed)
        return torch.randn(count, generator=rng, dtype=torch.float64)

    def test_the_loss_is_a_finite_scalar(self) -> None:
        """The number of real images need not be that of generated ones."""
        for real in (5, 7, 1):
            loss = self.make().loss(self.logits(5), self.logits(real, 1))
            expect(isinstance(loss, torch.Tensor), f"loss returned a {type(loss).__name__}")
            expect(loss.dim() == 0, f"loss has shape {tuple(loss.shape)}; it has to be a scalar")
            expect(torch.isfinite(loss), f"loss is {loss.item()} for ordinary logits")

    def test_the_loss_is_finite_for_sure_discriminators(self) -> None:
        """A single image must not make the offspring of a whole batch fail."""
        fake = torch.tensor([-LIMIT, 0.0, LIMIT], requires_grad=True)
        loss = self.make().loss(fake, torch.tensor([LIMIT, -LIMIT]))
        expect(torch.isfinite(loss), f"loss is {loss.item()} for logits of {LIMIT:g}")
        if loss.requires_grad:
            (gradient,) = torch.autograd.grad(loss, fake)
            expect(torch.isfinite(gradient).all(), f"no finite gradient for logits of {LIMIT:g}")

    def test_the_generator_can_learn_from_it(self) -> None:
        """The loss has a gradient with respect to the logits of generated images."""
        fake = self.logits(6).requires_grad_()
        loss = self.make().loss(fake, self.logits(6, 1))
        expect(loss.requires_grad, "the loss does not depend on the logits of generated images")
        (gradient,) = torch.autograd.grad(loss, fake)
        expect(gradient.abs().sum() > 0, "the gradient is 0 for ordinary logits")

    def test_the_loss_is_the_same_every_time(self) -> None:
        """All random numbers are drawn outside, so that parent and offspring share them."""
        fake, real = self.logits(6), self.logits(6, 1)
        first, again = self.make().loss(fake, real), self.make().loss(fake, real)
        expect(torch.equal(first, again), "the same logits gave two different losses")

    def test_the_order_of_a_batch_does_not_matter(self) -> None:
        """The images of a batch have no order."""
        fake, real = self.logits(6), self.logits(6, 1)
        turned = self.make().loss(fake.flip(0), real.roll(2))
        same = torch.allclose(self.make().loss(fake, real), turned, rtol=1e-9, atol=1e-12)
        expect(same, "the loss depends on the order of the images")

    def test_the_logits_are_left_as_they_are(self) -> None:
        """All mutations are given the same logits."""
        fake, real = self.logits(6), self.logits(6, 1)
        self.make().loss(fake, real)
        expect(torch.equal(fake, self.logits(6)), "the loss changed the logits it was given")
        expect(torch.equal(real, self.logits(6, 1)), "the loss changed the real logits")

    def test_it_lives_through_generations(self) -> None:
        """No offspring fails, and both ways of breeding give the same offspring."""
        plain = _live(self.make(), plain_toolbox)
        expect(not any(child.failure for child in plain), "an offspring failed")
        if why_plain(make_world([self.make()])):
            return  # it declares that it needs more than logits
        for one, other in zip(plain, _live(self.make(), step_toolbox), strict=True):
            same = np.allclose(one.fitness.values, other.fitness.values, rtol=1e-3, atol=1e-4)
            expect(same, "shared gradients give other offspring; is the loss a mean over logits?")

    def test_a_generation_can_be_replayed(self) -> None:
        """An instance whose Python runs only once, as on a GPU, makes the same offspring."""
        mutation = self.make()
        mutation.label = mutation.label or type(mutation).__name__
        expect_replays(lambda: make_world([mutation]))


def _live(mutation: Mutation, make_toolbox: Callable[[Machine], Any]) -> list[GeneratorIndividual]:
    """Run three generations and return the offspring of the last."""
    mutation.label = mutation.label or type(mutation).__name__
    machine = make_world([mutation])
    offspring: list[GeneratorIndividual] = []

    def keep(generation: Generation) -> None:
        offspring[:] = generation.offspring

    toolbox = make_toolbox(machine)
    ea_annealing(machine.population, toolbox, machine.schedule, 3, on_generation=keep)
    return offspring
