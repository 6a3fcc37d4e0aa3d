"""The contract suite of fitness functions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from geneticgan.gan.fitness import FitnessFunction
from geneticgan.gan.machine import Machine
from geneticgan.gan.mutation import create_mutations
from geneticgan.gan.plain import evaluate, plain_toolbox
from geneticgan.gan.step import step_toolbox
from geneticgan.testing.contract import Contract, expect
from geneticgan.testing.replays import expect_replays
from geneticgan.testing.world import make_world


class FitnessContract(Contract):
    """The contract of fitness functions; subclass it and define `make`."""

    @abstractmethod
    def make(self) -> FitnessFunction:
        """Return a fresh fitness function."""

    def test_it_gives_two_finite_scalars(self) -> None:
        """These are quality and diversity, here of an ordinary generator."""
        world = make_world(fitness=self.make())
        batch = world.batches.draw(0).fitness
        _, real = world.discriminator.real_loss(batch)
        loss = world.discriminator.generated_loss(real, batch)
        gradients = torch.autograd.grad(loss, world.discriminator.parameters)
        images, _ = world.discriminator.generate(world.population[0], batch)
        logits = world.discriminator.forward.generated(images, batch)
        found = world.evaluator.values(images, logits, gradients, batch)
        expect(len(found) == 2, f"{len(found)} values; it must return quality and diversity")
        for name, value in zip(("quality", "diversity"), found, strict=True):
            expect(value.dim() == 0, f"{name} has shape {tuple(value.shape)}; it must be a scalar")
            expect(not value.requires_grad, f"{name} still has a graph")
            expect(np.isfinite(value.item()), f"{name} is {value.item()}")

    def test_the_same_individual_is_worth_the_same(self) -> None:
        """The function draws no random numbers and keeps no state."""
        world = make_world(fitness=self.make())
        batch = world.batches.draw(0).fitness
        first, again = (evaluate(world.population[0], world.evaluator, batch) for _ in range(2))
        expect(first == again, f"evaluated twice: {first} and {again}")

    def test_both_ways_of_breeding_evaluate_alike(self) -> None:
        """Sharing computations between offspring does not change the values."""
        plain, shared = (self.family_values(make) for make in (plain_toolbox, step_toolbox))
        same = np.allclose(plain, shared, rtol=1e-3, atol=1e-4)
        expect(same, f"plain: {plain}, shared: {shared}")

    def test_a_generation_can_be_replayed(self) -> None:
        """An instance whose Python runs only once, as on a GPU, gives the same values."""
        fitness = self.make()
        expect_replays(lambda: make_world(create_mutations("minimax,nonsat"), fitness))

    def family_values(self, make_toolbox: Callable[[Machine], Any]) -> list[tuple[float, ...]]:
        """Return the values of a parent and two offspring, bred with the given toolbox."""
        world = make_world(create_mutations("minimax,nonsat"), self.make())
        toolbox = make_toolbox(world)
        toolbox.observe(0)
        (parent,) = world.population
        parent.fitness.values = toolbox.evaluate(parent)
        return [parent.fitness.values, *map(toolbox.evaluate, toolbox.breed([parent]))]
