"""The contract suite of selections."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from geneticgan.annealing.fitness import FAILED, SumFitness
from geneticgan.annealing.selection import BestOffspring, Selection
from geneticgan.gan.mutation import create_mutations
from geneticgan.gan.tensor_selection import needs_host
from geneticgan.testing.contract import Contract, expect
from geneticgan.testing.replays import expect_replays
from geneticgan.testing.world import make_world

TEMPERATURES = (0.0, 0.5, 1e3, math.inf)


@dataclass(eq=False)
class Member:
    """An individual with a DEAP fitness and no genome."""

    lineage: int
    fitness: SumFitness = field(default_factory=lambda: SumFitness((1.0, 1.0)))


def members(values: Sequence[tuple[float, float]], parents: int) -> list[Member]:
    """Return parents and then their offspring in rotation, with the given fitness values."""
    found = []
    for number, each in enumerate(values):
        member = Member(number % parents)
        member.fitness.values = each
        found.append(member)
    return found


class SelectionContract(Contract):
    """The contract of selections; subclass it and define `make`."""

    @abstractmethod
    def make(self) -> Selection:
        """Return a fresh selection."""

    def cases(self) -> list[tuple[list[Member], int, float]]:
        """Return cases of individuals, number of parents, and temperature."""
        rng = np.random.default_rng(0)
        found = []
        for parents in (1, 2, 4):
            for temperature in TEMPERATURES:
                values = [tuple(row) for row in rng.normal(size=(4 * parents, 2)).tolist()]
                found.append((members(values, parents), parents, temperature))
        return found

    def test_it_returns_as_many_as_there_were_parents(self) -> None:
        """Each survivor is one of the given individuals, and none appears twice."""
        for individuals, k, temperature in self.cases():
            chosen = self.make().select(
                individuals, k, temperature=temperature, rng=np.random.default_rng(1)
            )
            expect(len(chosen) == k, f"{len(chosen)} survivors of {k} parents")
            known = {id(one) for one in individuals}
            expect(all(id(one) in known for one in chosen), "a survivor is not one of those given")
            expect(len({id(one) for one in chosen}) == k, "an individual survives twice")

    def test_a_parent_that_survives_keeps_its_place(self) -> None:
        """A parent's place shows whether it was replaced."""
        for individuals, k, temperature in self.cases():
            chosen = self.make().select(
                individuals, k, temperature=temperature, rng=np.random.default_rng(1)
            )
            for place, one in enumerate(chosen):
                parents = [number for number in range(k) if individuals[number] is one]
                expect(parents in ([], [place]), f"parent {parents} is survivor {place}")

    def test_the_dead_take_no_place(self) -> None:
        """If all offspring fail, the parents survive at any temperature."""
        for temperature in TEMPERATURES:
            individuals = members([(0.0, 0.0)] * 2 + [FAILED] * 4, 2)
            chosen = self.make().select(
                individuals, 2, temperature=temperature, rng=np.random.default_rng(1)
            )
            stayed = chosen[0] is individuals[0] and chosen[1] is individuals[1]
            expect(stayed, "a failed offspring took its parent's place")

    def test_the_same_draws_give_the_same_survivors(self) -> None:
        """All randomness comes from the generator that is passed in."""
        for individuals, k, temperature in self.cases():
            runs = [
                self.make().select(
                    individuals, k, temperature=temperature, rng=np.random.default_rng(1)
                )
                for _ in range(2)
            ]
            same = all(one is other for one, other in zip(*runs, strict=True))
            expect(same, "the same generator gave different survivors")

    def test_fitness_is_left_as_it_is(self) -> None:
        """A selection does not change fitness values."""
        for individuals, k, temperature in self.cases():
            before = [one.fitness.values for one in individuals]
            self.make().select(
                individuals, k, temperature=temperature, rng=np.random.default_rng(1)
            )
            expect([one.fitness.values for one in individuals] == before, "a fitness changed")

    def test_the_device_decides_as_the_host_does(self) -> None:
        """Rules of `BestOffspring` that do not need the host give the same decision on tensors."""
        selection = self.make()
        if not isinstance(selection, BestOffspring) or needs_host(selection.accepts):
            return
        for candidate in (-2.0, 0.0, 1.5):
            for incumbent in (-math.inf, -1.0, 0.0, 1.5):
                for temperature in TEMPERATURES:
                    for draw in (0.0, 0.3, 0.999):
                        case = candidate, incumbent, temperature, draw
                        tensors = (torch.tensor(value, dtype=torch.float64) for value in case)
                        found = bool(selection.accepts(*tensors))
                        expected = bool(selection.accepts(*case))
                        expect(found == expected, f"they differ on {case}")

    def test_a_generation_can_be_replayed(self) -> None:
        """An instance whose Python runs only once, as on a GPU, selects the same individuals."""
        selection = self.make()
        mutations = create_mutations("minimax,nonsat")
        expect_replays(lambda: make_world(mutations, selection=selection))
