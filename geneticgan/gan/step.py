"""One generation of Algorithm 1 in tensors, with shared gradients.

`Step` is eager, for a CPU, and runs in `geneticgan.annealing.algorithm.ea_annealing`; the same
generation as a CUDA graph, which never reads a value, is in `geneticgan.gan.capture`. The plain
path, `geneticgan.gan.plain`, is the reference for both.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from deap import base

from geneticgan.gan.batch import Batch, Batches
from geneticgan.gan.individual import NO_FITNESS, NO_GRADIENT, NO_LOSS, GeneratorIndividual
from geneticgan.gan.machine import Machine
from geneticgan.gan.mutation import Mutation, take_step
from geneticgan.gan.optimizer_state import all_finite, step_with
from geneticgan.gan.shared_gradients import (
    Evaluation,
    Gradients,
    evaluate,
    fitness_values,
    offspring_gradients,
    reduced,
)

CAUSES = ("", NO_LOSS, NO_GRADIENT, NO_FITNESS)
"""Why an individual failed, indexed by the code used in tensors; 0 means that it did not."""


@dataclass(frozen=True)
class Brood:
    """A parent and its offspring, evaluated; the parent comes first.

    Attributes
    ----------
    individuals : list of GeneratorIndividual
        The parent and one offspring per mutation.
    evaluations : list of Evaluation
        The evaluation of each individual.
    values : Tensor
        Quality and diversity of each, of shape (n, 2) and type float64.
    codes : Tensor
        Indices in `CAUSES`, of shape (n,) and type int64.
    """

    individuals: list[GeneratorIndividual]
    evaluations: list[Evaluation]
    values: torch.Tensor
    codes: torch.Tensor


class Step:
    """Breeds and evaluates a population, and lets the discriminator learn from the survivors.

    Individuals that do not survive a generation are overwritten in the next, so that the loop
    creates no new ones. Copy any that you want to keep, with ``toolbox.clone`` or DEAP's hall of
    fame.

    Parameters
    ----------
    machine : Machine
        The parts of the run, for which `why_plain` returns an empty string.
    looks : bool
        Whether the values of tensors may be read within a generation. If not, to avoid waiting
        for a device or to capture a graph, an offspring takes its step even if the result is not
        finite, and its code then says that it failed.
    """

    def __init__(self, machine: Machine, *, looks: bool = True) -> None:
        self._machine = machine
        self._looks = looks
        self._everyone: dict[int, GeneratorIndividual] = {}

    def blind(self) -> Step:
        """Return a step that reads no values and overwrites the same individuals."""
        step = Step(self._machine, looks=False)
        step._everyone = self._everyone
        return step

    def individuals(self) -> list[GeneratorIndividual]:
        """Return the population, and all other individuals that a generation may overwrite."""
        members = {id(parent): parent for parent in self._machine.population}
        others = [each for key, each in self._everyone.items() if key not in members]
        return [*members.values(), *others]

    def real(self, batch: Batch) -> tuple[Batch, torch.Tensor, Gradients]:
        """Return the batch with its real logits, and the real part of L_D with its gradients.

        The gradients are those for this process's rows.
        """
        discriminator = self._machine.discriminator
        loss, logits = discriminator.real_loss(batch)
        gradients = torch.autograd.grad(loss, discriminator.parameters)
        return batch.with_real_logits(logits), loss.detach(), gradients

    def breed(self, batches: Batches, real: Gradients) -> tuple[list[Brood], Gradients]:
        """Breed and evaluate the offspring of every parent (Algorithm 1, lines 3-9).

        Parameters
        ----------
        batches : Batches
            The generation's batches; the first of ``offspring`` must be the same batch as
            ``fitness``, with its real logits.
        real : tuple of Tensor
            Gradients of the real part of L_D, as returned by `real`.

        Returns
        -------
        broods : list of Brood
            One brood for each parent.
        real : tuple of Tensor
            Gradients of the real part of L_D over all processes.
        """
        machine = self._machine
        free = self.individuals()[len(machine.population) :]
        bred = [self._offspring(parent, free, batches) for parent in machine.population]
        every = [evaluation for _, evaluations, _ in bred for evaluation in evaluations]
        real, every = reduced(machine, real, every)
        known = iter(every)
        return [
            self._judged(individuals, [next(known) for _ in individuals], codes, batches, real)
            for individuals, _, codes in bred
        ], real

    def _offspring(
        self, parent: GeneratorIndividual, free: list[GeneratorIndividual], batches: Batches
    ) -> tuple[list[GeneratorIndividual], list[Evaluation], torch.Tensor]:
        """Return a parent and its offspring, the evaluation of each, and failure codes."""
        batch = batches.offspring[0]
        own = evaluate(self._machine, parent, batch, parent=True)
        found = offspring_gradients(self._machine, parent, own, batch)
        individuals, evaluations = [parent], [own]
        codes = [torch.zeros((), dtype=torch.int64, device=own.loss.device)]
        for mutation, (loss, gradients) in zip(self._machine.mutations, found, strict=True):
            child = self._take(parent, free, own.buffers)
            codes.append(self._mutate(child, mutation, loss, gradients, batches))
            individuals.append(child)
            evaluations.append(evaluate(self._machine, child, batches.fitness))
        return individuals, evaluations, torch.stack(codes)

    def _judged(
        self,
        individuals: list[GeneratorIndividual],
        evaluations: list[Evaluation],
        codes: torch.Tensor,
        batches: Batches,
        real: Gradients,
    ) -> Brood:
        """Return a brood with the fitness of each individual."""
        values = torch.stack(
            [fitness_values(self._machine, each, batches.fitness, real) for each in evaluations]
        )
        failed = (codes == 0) & ~torch.isfinite(values).all(1)
        codes = torch.where(failed, CAUSES.index(NO_FITNESS), codes)
        return Brood(individuals, evaluations, values, codes)

    def _take(
        self,
        parent: GeneratorIndividual,
        free: list[GeneratorIndividual],
        buffers: dict[str, torch.Tensor],
    ) -> GeneratorIndividual:
        """Return an unused individual as a copy of the parent after its training pass (line 5)."""
        if free:
            child = free.pop(0)
            child.become(parent)
        else:
            child = copy.deepcopy(parent)
        self._everyone |= {id(parent): parent, id(child): child}
        for name, buffer in child.module.named_buffers():
            buffer.copy_(buffers[name])
        return child

    def _mutate(
        self,
        child: GeneratorIndividual,
        mutation: Mutation,
        loss: torch.Tensor,
        gradients: Sequence[torch.Tensor | None],
        batches: Batches,
    ) -> torch.Tensor:
        """Take the offspring's steps (lines 6-7); return its failure code."""
        if self._looks:
            take_step(child, loss, gradients, mutation.label)
            later = batches.offspring[1:]
            if later and not child.failed_to_step:
                mutation.mutate(child, self._machine.discriminator, later)
            return torch.tensor(CAUSES.index(child.failure), device=loss.device)
        fine = all_finite([loss, *gradients])
        step_with(child.optimizer, child.parameters, gradients)
        cause = torch.where(torch.isfinite(loss), CAUSES.index(NO_GRADIENT), CAUSES.index(NO_LOSS))
        return torch.where(fine, 0, cause)

    def learn(self, real: Gradients, survivors: Sequence[Gradients]) -> None:
        """Take the discriminator's step with known gradients (lines 19-20).

        Parameters
        ----------
        real : tuple of Tensor
            Gradients of the real part of L_D over all processes.
        survivors : sequence of tuple of Tensor
            Gradients of the generated part for each survivor, which are averaged.
        """
        whole = list(real)
        for gradients in survivors:
            whole = list(torch._foreach_add(whole, gradients, alpha=1 / len(survivors)))
        self._machine.discriminator.step(whole)


def step_toolbox(machine: Machine, step: Step | None = None) -> base.Toolbox:
    """Register the operators of a generation in tensors for `ea_annealing`.

    ``observe`` breeds and evaluates; the other operators return its results, and ``select`` may
    be replaced. Otherwise it is like `geneticgan.gan.plain.plain_toolbox`. `why_plain` must
    return an empty string for the machine.

    Parameters
    ----------
    machine : Machine
        The parts of the run.
    step : Step, optional
        A step of that machine; by default a new one.
    """
    step, discriminator = step or Step(machine), machine.discriminator
    toolbox = base.Toolbox()
    toolbox.register("clone", copy.deepcopy)
    toolbox.register("select", machine.selection.select, rng=machine.rng)

    def observe(generation: int) -> None:
        machine.set_rates(generation, machine.population)
        drawn = machine.batches.draw(generation)
        met, real_loss, real = step.real(drawn.offspring[0])
        batches = Batches((met, *drawn.offspring[1:]), met, drawn.discriminator)
        broods, real = step.breed(batches, real)
        known = {
            id(individual): (evaluation, values)
            for brood in broods
            for individual, evaluation, values in zip(
                brood.individuals, brood.evaluations, brood.values.tolist(), strict=True
            )
        }

        def look_up(individual: GeneratorIndividual) -> tuple[float, float]:
            return individual.evaluated(*known[id(individual)][1])

        def breed(parents: Sequence[GeneratorIndividual]) -> list[GeneratorIndividual]:
            return [child for brood in broods for child in brood.individuals[1:]]

        def update(survivors: Sequence[GeneratorIndividual]) -> None:
            chosen = [known[id(survivor)][0] for survivor in survivors]
            generated = torch.stack([each.loss for each in chosen]).mean()
            discriminator.note_losses(*torch.stack([real_loss, generated]).tolist())
            step.learn(real, [each.gradients for each in chosen])
            discriminator.update(survivors, drawn.discriminator[1:])

        toolbox.register("evaluate", look_up)
        toolbox.register("breed", breed)
        toolbox.register("update", update)

    toolbox.register("observe", observe)
    return toolbox
