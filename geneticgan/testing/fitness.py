"""What a fitness function has to keep."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from geneticgan.gan.family import show
from geneticgan.gan.fitness import FitnessFunction
from geneticgan.gan.mutation import create_mutations
from geneticgan.gan.plain import plain_toolbox, shared_toolbox
from geneticgan.testing.contract import Contract, expect
from geneticgan.testing.world import make_parent, make_world


class FitnessContract(Contract):
    """Subclass it and define `make`."""

    @abstractmethod
    def make(self) -> FitnessFunction:
        """Return a fresh fitness function."""

    def test_it_gives_two_finite_scalars(self) -> None:
        """Quality and diversity of an ordinary generator."""
        world, parent = make_world(self.make()), make_parent()
        shown = show(world, parent, parent=True)
        found = world.assess(shown.leaf, shown.judgement, shown.gradients)
        expect(len(found) == 2, f"{len(found)} values; quality and diversity are wanted")
        for name, value in zip(("quality", "diversity"), found, strict=True):
            expect(value.dim() == 0, f"{name} has shape {tuple(value.shape)}; it is to be a scalar")
            expect(not value.requires_grad, f"{name} still has a graph")
            expect(np.isfinite(value.item()), f"{name} is {value.item()}")

    def test_the_same_individual_is_worth_the_same(self) -> None:
        """Nothing random is drawn, nothing is remembered."""
        world, parent = make_world(self.make()), make_parent()
        first, again = world.evaluate(parent), world.evaluate(parent)
        expect(first == again, f"judged twice: {first} and {again}")

    def test_both_ways_of_breeding_judge_alike(self) -> None:
        """What is computed once for all offspring is what each would have computed."""
        plain, shared = (self.judge_family(make) for make in (plain_toolbox, shared_toolbox))
        same = np.allclose(plain, shared, rtol=1e-3, atol=1e-4)
        expect(same, f"plain: {plain}, shared: {shared}")

    def judge_family(self, make_toolbox: Callable[..., Any]) -> list[tuple[float, ...]]:
        """Return the values of a parent and two offspring, bred one way or the other."""
        mutations = create_mutations("minimax,nonsat")
        toolbox = make_toolbox(make_world(self.make()), mutations, np.random.default_rng(0))
        toolbox.observe(0)
        parent = make_parent()
        parent.fitness.values = toolbox.evaluate(parent)
        return [parent.fitness.values, *map(toolbox.evaluate, toolbox.breed([parent]))]
