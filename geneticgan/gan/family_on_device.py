"""One parent and its offspring in a generation whose selection happens on the device."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence

import torch

from geneticgan.annealing.fitness import weighted
from geneticgan.annealing.metropolis import metropolis_accept
from geneticgan.annealing.selection import Accepts
from geneticgan.gan.environment import ResidentEnvironment
from geneticgan.gan.family import Gradients, Shown, offspring_gradients, show
from geneticgan.gan.individual import NO_FITNESS, NO_GRADIENT, NO_LOSS, GeneratorIndividual
from geneticgan.gan.mutation import Mutation, all_finite
from geneticgan.gan.optimizer_state import copy_all, step_with
from geneticgan.gan.packing import Packing, choose

CAUSES = ("", NO_LOSS, NO_GRADIENT, NO_FITNESS)
"""What the code of a death on the device stands for."""


class FamilyOnDevice:
    """A parent whose place its best offspring takes, all in tensors that stay where they are.

    Parameters
    ----------
    parent : GeneratorIndividual
        It is always the present survivor. Its optimizer already has its state.
    environment : ResidentEnvironment
        The discriminator's side.
    mutations : sequence of Mutation
        One offspring for each.
    accepts : callable
        Decides whether the best offspring takes the parent's place; as `metropolis_accept`.

    Attributes
    ----------
    best_fitness : Tensor
        Weighted sum of the best individual so far (g_b of definitions 1-2), a scalar.
    """

    def __init__(
        self,
        parent: GeneratorIndividual,
        environment: ResidentEnvironment,
        mutations: Sequence[Mutation],
        accepts: Accepts = metropolis_accept,
    ) -> None:
        self.parent = parent
        self._accepts = accepts
        self._environment = environment
        self._mutations = tuple(mutations)
        self._children = [copy.deepcopy(parent) for _ in mutations]
        self._tensors = [each.state_tensors() for each in (parent, *self._children)]
        self._individual = Packing(self._tensors[0])
        self._gradient = Packing(environment.parameters)
        device = environment.parameters[0].device
        # Which mutation made each of them, as an index of the labels; the parent's changes.
        self._labels = [parent.mutation, *(mutation.label for mutation in mutations)]
        self._made_by = torch.arange(len(self._labels), device=device)
        self._best = self._individual.pack(self._tensors[0])
        self._best_record = torch.zeros(3, dtype=torch.float64, device=device)
        self.best_fitness = torch.full((), -math.inf, dtype=torch.float64, device=device)

    @property
    def members(self) -> list[GeneratorIndividual]:
        """The parent and its children."""
        return [self.parent, *self._children]

    def live(
        self, real: Gradients, temperature: torch.Tensor, draw: torch.Tensor
    ) -> tuple[list[torch.Tensor], torch.Tensor, torch.Tensor]:
        """Bear, judge and select (Algorithm 1, lines 3-17).

        Parameters
        ----------
        real : tuple of Tensor
            Gradients of the real part of L_D.
        temperature, draw : Tensor
            Scalars of float64 for the Metropolis criterion.

        Returns
        -------
        gradients : list of Tensor
            Of the generated part of L_D, the survivor's.
        loss : Tensor
            The generated part of L_D, the survivor's.
        record : Tensor
            float64: the survivor's index (0 is the parent), then quality, diversity and code of
            death for the parent and for each offspring.
        """
        parent_shown = show(self._environment, self.parent, parent=True)
        shown, deaths = self._bear(parent_shown)
        values = torch.stack([self._fitness(each, real) for each in shown])
        finite = torch.isfinite(values).all(1)
        deaths = torch.where((deaths == 0) & ~finite, CAUSES.index(NO_FITNESS), deaths)
        total = sum(weighted(values.unbind(1), self.parent.fitness.weights))
        fitness = torch.where(deaths == 0, total, -math.inf)
        best_fitness, best = fitness[1:].max(0)
        accepted = self._accepts(best_fitness, fitness[0], temperature, draw)
        accepted = accepted & (best_fitness > -math.inf)  # the dead take no place
        survivor = torch.where(accepted, best + 1, 0).view(1)
        self._keep(survivor, fitness, values)
        generated = choose([self._gradient.pack(each.gradients) for each in shown], survivor)
        loss = torch.stack([each.loss for each in shown]).index_select(0, survivor).squeeze(0)
        table = torch.cat([values, deaths.unsqueeze(1)], 1)
        return (
            self._gradient.unpack(generated),
            loss,
            torch.cat([survivor.double(), table.flatten()]),
        )

    def _bear(self, shown: Shown) -> tuple[list[Shown], torch.Tensor]:
        """Step every child from the parent; return what all show and the codes of their deaths."""
        found = offspring_gradients(self._environment, self.parent, shown, self._mutations)
        everyone, deaths = [shown], [torch.zeros_like(shown.loss, dtype=torch.float64)]
        for child, tensors, (loss, gradients) in zip(
            self._children, self._tensors[1:], found, strict=True
        ):
            with torch.no_grad():
                copy_all(tensors, self._tensors[0])
                copy_all(child.module.buffers(), shown.buffers.values())
            # The step is taken whatever comes of it: a dead child is never chosen, and begins
            # the next generation as its parent's copy again.
            fine = all_finite([loss, *gradients])
            step_with(child.optimizer, child.parameters, gradients)
            cause = torch.where(
                torch.isfinite(loss), CAUSES.index(NO_GRADIENT), CAUSES.index(NO_LOSS)
            )
            deaths.append(torch.where(fine, 0, cause).double())
            everyone.append(show(self._environment, child, parent=False))
        return everyone, torch.stack(deaths)

    def _fitness(self, shown: Shown, real: Gradients) -> torch.Tensor:
        whole = torch._foreach_add(real, shown.gradients)
        return torch.stack(self._environment.assess(shown.leaf, shown.judgement, whole)).double()

    def _keep(self, survivor: torch.Tensor, fitness: torch.Tensor, values: torch.Tensor) -> None:
        """Put the survivor in the parent's place, and the best so far in its own."""
        with torch.no_grad():
            candidates = [self._individual.pack(tensors) for tensors in self._tensors]
            top_fitness, top = fitness.max(0)
            better = top_fitness > self.best_fitness
            found = choose(candidates, top.view(1))
            maker = self._made_by.index_select(0, top.view(1))
            record = torch.cat([values.index_select(0, top.view(1)).squeeze(0), maker])
            for old, new in zip(
                (*self._best, self._best_record, self.best_fitness),
                (*found, record, top_fitness),
                strict=True,
            ):
                old.copy_(torch.where(better, new, old))
            copy_all(self._tensors[0], self._individual.unpack(choose(candidates, survivor)))
            self._made_by[:1].copy_(self._made_by.index_select(0, survivor))

    def champion(self) -> GeneratorIndividual:
        """Return a copy of the best individual so far; the host waits for the device."""
        champion = copy.deepcopy(self.parent)
        with torch.no_grad():
            copy_all(champion.state_tensors(), self._individual.unpack(self._best))
        quality, diversity, maker = self._best_record.tolist()
        champion.fitness.values = (quality, diversity)
        champion.mutation = self._labels[int(maker)]
        champion.cause_of_death = ""
        return champion
