"""Selection without reading any value: the survivor replaces its parent in tensors."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence

import torch

from geneticgan.annealing.fitness import weighted
from geneticgan.annealing.selection import Accepts
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.gan.optimizer_state import copy_all, laid_out_as
from geneticgan.gan.step import Brood


def needs_host(accepts: Accepts) -> bool:
    """Return whether a rule of `BestOffspring` cannot decide without reading a value.

    Parameters
    ----------
    accepts : callable
        The rule. It is tried on tensors of torch's ``meta`` device, which have no values:
        ``if``, ``and``, ``float()`` and the functions of `math` fail there; operators do not.
    """
    numbers = [torch.empty((), dtype=torch.float64, device="meta") for _ in range(4)]
    try:
        decision = accepts(*numbers)
    except Exception:  # a plugin's rule may fail in any way
        return True
    scalar = isinstance(decision, torch.Tensor) and decision.shape == ()
    return not (isinstance(decision, bool) or (scalar and decision.dtype == torch.bool))


class Place:
    """A place in the population: its survivor is always kept in the tensors of one individual.

    Parameters
    ----------
    parent : GeneratorIndividual
        The individual that holds the current survivor at all times. Its optimizer already has
        its state.
    accepts : callable
        Decides whether the best offspring takes the place, as `metropolis_accept` does.
    labels : sequence of str
        Labels of the mutations.
    gradients : sequence of Tensor
        Tensors of the shapes of the discriminator's gradients.

    Attributes
    ----------
    best_fitness : Tensor
        Weighted sum of the best individual so far (g_b of definitions 1-2), a scalar.
    """

    def __init__(
        self,
        parent: GeneratorIndividual,
        accepts: Accepts,
        labels: Sequence[str],
        gradients: Sequence[torch.Tensor],
    ) -> None:
        self.parent = parent
        self._accepts = accepts
        # Which mutation made each individual, as an index of the labels; the parent's changes.
        self._labels = [parent.mutation, *labels]
        self._individual = Packing(parent.state_tensors())
        self._gradient = Packing(gradients)
        device = gradients[0].device
        self._made_by = torch.arange(len(self._labels), device=device)
        self._best = self._individual.pack(parent.state_tensors())
        self._best_record = torch.zeros(3, dtype=torch.float64, device=device)
        self.best_fitness = torch.full((), -math.inf, dtype=torch.float64, device=device)

    def select(
        self, brood: Brood, temperature: torch.Tensor, draw: torch.Tensor
    ) -> tuple[list[torch.Tensor], torch.Tensor, torch.Tensor]:
        """Let the best offspring take the place if it is accepted (Algorithm 1, lines 10-17).

        Parameters
        ----------
        brood : Brood
            This place's parent and its offspring.
        temperature, draw : Tensor
            The temperature and a uniform draw, scalar float64 tensors.

        Returns
        -------
        gradients : list of Tensor
            Gradients of the generated part of L_D for the survivor, one per parameter.
        loss : Tensor
            The generated part of L_D for the survivor.
        record : Tensor
            The survivor's index (0 is the parent), then quality, diversity and failure code of
            the parent and of each offspring, as float64.
        """
        total = sum(weighted(brood.values.unbind(1), self.parent.fitness.weights))
        fitness = torch.where(brood.codes == 0, total, -math.inf)
        best_fitness, best = fitness[1:].max(0)
        accepted = self._accepts(best_fitness, fitness[0], temperature, draw)
        accepted = accepted & (best_fitness > -math.inf)  # never one that failed
        survivor = torch.where(accepted, best + 1, 0).view(1)
        self._commit(brood, survivor, fitness)
        gradients = [self._gradient.pack(each.gradients) for each in brood.evaluations]
        losses = torch.stack([each.loss for each in brood.evaluations])
        table = torch.cat([brood.values, brood.codes.unsqueeze(1)], 1)
        return (
            self._gradient.unpack(choose(gradients, survivor)),
            losses.index_select(0, survivor).squeeze(0),
            torch.cat([survivor.double(), table.flatten()]),
        )

    @torch.no_grad()
    def _commit(self, brood: Brood, survivor: torch.Tensor, fitness: torch.Tensor) -> None:
        """Copy the survivor into the parent's tensors, and the best so far into its own."""
        states = [individual.state_tensors() for individual in brood.individuals]
        candidates = [self._individual.pack(tensors) for tensors in states]
        top_fitness, top = fitness.max(0)
        better = top_fitness > self.best_fitness
        found = choose(candidates, top.view(1))
        maker = self._made_by.index_select(0, top.view(1))
        record = torch.cat([brood.values.index_select(0, top.view(1)).squeeze(0), maker])
        for old, new in zip(
            (*self._best, self._best_record, self.best_fitness),
            (*found, record, top_fitness),
            strict=True,
        ):
            old.copy_(torch.where(better, new, old))
        copy_all(states[0], self._individual.unpack(choose(candidates, survivor)))
        self._made_by[:1].copy_(self._made_by.index_select(0, survivor))

    def champion(self) -> GeneratorIndividual:
        """Return a copy of the best individual so far; this waits for the device."""
        champion = copy.deepcopy(self.parent)
        with torch.no_grad():
            copy_all(champion.state_tensors(), self._individual.unpack(self._best))
        quality, diversity, maker = self._best_record.tolist()
        champion.fitness.values = (quality, diversity)
        champion.mutation = self._labels[int(maker)]
        champion.failure = ""
        return champion


class Packing:
    """Packs a list of tensors into one flat tensor for each data type.

    Parameters
    ----------
    pattern : sequence of Tensor
        Dense tensors on one device. Everything packed later must have the same shapes and types;
        if its memory layout differs from the pattern's, it is copied to the pattern's layout.
    """

    def __init__(self, pattern: Sequence[torch.Tensor]) -> None:
        self._pattern = [tensor.detach() for tensor in pattern]
        self._members: dict[torch.dtype, list[int]] = {}
        for index, tensor in enumerate(pattern):
            self._members.setdefault(tensor.dtype, []).append(index)

    def pack(self, tensors: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """Return a flat copy of the tensors for each data type."""
        return [
            torch.cat([_flat(laid_out_as(self._pattern[i], tensors[i].detach())) for i in members])
            for members in self._members.values()
        ]

    def unpack(self, packed: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """Return views of packed tensors, shaped and laid out as the pattern."""
        views = list(self._pattern)
        for flat, members in zip(packed, self._members.values(), strict=True):
            sizes = [self._pattern[index].numel() for index in members]
            for index, piece in zip(members, torch.split(flat, sizes), strict=True):
                pattern = self._pattern[index]
                views[index] = piece.as_strided(
                    pattern.shape, pattern.stride(), piece.storage_offset()
                )
        return views


def choose(candidates: Sequence[Sequence[torch.Tensor]], index: torch.Tensor) -> list[torch.Tensor]:
    """Return the packed candidate at an index on the device, shape (1,), without waiting for it."""
    return [
        torch.stack(flats).index_select(0, index).squeeze(0)
        for flats in zip(*candidates, strict=True)
    ]


def _flat(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.as_strided((tensor.numel(),), (1,), tensor.storage_offset())
