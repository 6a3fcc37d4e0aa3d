"""The annealed loop with nothing to wait for: generations stay on the device, many at a time.

The same algorithm as `ea_annealing` with `shared_toolbox` and its selection, to rounding. The
host only hands over each generation's situation, temperature and uniform draws, and reads what
happened every so many generations. On CUDA a generation is captured as a graph and replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from deap import tools

from geneticgan.annealing.algorithm import Generation
from geneticgan.annealing.fitness import DEAD, SumFitness, weighted_sum
from geneticgan.annealing.metropolis import metropolis_accept
from geneticgan.annealing.schedule import Schedule
from geneticgan.annealing.selection import Accepts
from geneticgan.gan.environment import ResidentEnvironment, Situation
from geneticgan.gan.family_on_device import CAUSES, FamilyOnDevice
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.gan.mutation import Mutation

SetRates = Callable[[int, Sequence[GeneratorIndividual]], None]
"""Sets learning rates before a generation, given its number and individuals."""

READ_EVERY = 20
"""Generations between two looks at the device."""

WARM_UP = 3
"""Generations before capture, in which libraries choose algorithms and allocate."""


@dataclass(frozen=True)
class Trace:
    """What is left of an individual whose weights stayed on the device; for records."""

    fitness: SumFitness
    lineage: int
    mutation: str
    cause_of_death: str


def has_begun(generation: Generation) -> bool:
    """Tell whether every survivor's optimizer has its state, as `ResidentEvolution` needs.

    An optimizer makes its state in its first step, which only an offspring takes. One whose
    offspring have none, such as plain SGD, has none to make.
    """
    alive = [child for child in generation.offspring if not child.cause_of_death]
    if not any(child.optimizer.state for child in alive):
        return bool(alive)
    return all(survivor.optimizer.state for survivor in generation.survivors)


def why_not_resident(
    environment: ResidentEnvironment, population: Sequence[GeneratorIndividual]
) -> str:
    """Return why generations cannot stay on the device, as a clause; empty if they can."""
    reason = environment.why_not_resident([individual.module for individual in population])
    if reason:
        return reason
    device = environment.parameters[0].device
    state = (tensor for individual in population for tensor in individual.state_tensors())
    if any(tensor.device != device for tensor in state):
        return "the optimizer keeps part of its state off the device"
    return ""


class ResidentEvolution:
    """Runs generations on the device.

    Parameters
    ----------
    population : list of GeneratorIndividual
        Changed in place: the i-th is always the present survivor of the i-th lineage. All came
        of a generation of which `has_begun` is true.
    environment : ResidentEnvironment
        The discriminator's side.
    mutations : sequence of Mutation
        One offspring of each parent for each of them.
    schedule : Schedule
        The temperature of each generation.
    rng : numpy.random.Generator
        Of the Metropolis criterion; one uniform number a parent and generation, as `sel_annealing`.
    on_note : callable
        Told in a sentence if a graph cannot be captured.
    accepts : callable
        Decides whether an offspring takes its parent's place; as `metropolis_accept`.
    capture : bool
        Whether to capture a graph on CUDA.
    set_rates : callable, optional
        Called before a generation with its number and all individuals.
    """

    def __init__(
        self,
        population: list[GeneratorIndividual],
        environment: ResidentEnvironment,
        mutations: Sequence[Mutation],
        schedule: Schedule,
        rng: np.random.Generator,
        on_note: Callable[[str], None] = lambda _: None,
        accepts: Accepts = metropolis_accept,
        *,
        capture: bool = True,
        set_rates: SetRates | None = None,
    ) -> None:
        self._population = population
        self._environment = environment
        self._set_rates = set_rates
        self._labels = [mutation.label for mutation in mutations]
        self._schedule = schedule
        self._rng = rng
        self._on_note = on_note
        self._families = [
            FamilyOnDevice(each, environment, mutations, accepts) for each in population
        ]
        self._device = environment.parameters[0].device
        self._situation: Situation = ()
        self._chances = torch.zeros(1 + len(population), dtype=torch.float64, device=self._device)
        columns = 2 + len(population) * (1 + 3 * (1 + len(mutations)))
        self._log = torch.zeros((READ_EVERY, columns), dtype=torch.float64, device=self._device)
        self._row = torch.zeros(columns, dtype=torch.float64, device=self._device)
        self._graph: torch.cuda.CUDAGraph | None = None
        self._until_capture = WARM_UP if capture and self._device.type == "cuda" else -1

    def run(
        self,
        first: int,
        ngen: int,
        pause: Callable[[int], bool],
        on_generation: Callable[[Generation], bool | None],
        halloffame: tools.HallOfFame | None = None,
    ) -> None:
        """Run generations.

        Parameters
        ----------
        first, ngen : int
            Number of the first generation, and how many to run.
        pause : callable
            Tells of a generation's number whether `on_generation` needs the networks as they are
            after it. After others it may see them up to `READ_EVERY` generations later.
        on_generation : callable
            Called with every generation in order, with traces for individuals; a true result
            ends the run.
        halloffame : deap.tools.HallOfFame, optional
            Updated whenever the device is looked at.
        """
        pending: list[tuple[int, float]] = []
        for number in range(first, first + ngen):
            temperature = self._schedule.temperature(number)
            self._live(number, temperature, len(pending))
            pending.append((number, temperature))
            if not (pause(number) or len(pending) == READ_EVERY or number == first + ngen - 1):
                continue
            if halloffame is not None:
                self._honour(halloffame)
            stopping = [on_generation(generation) for generation in self._read(pending)]
            pending = []
            if any(stopping):
                return

    def _live(self, number: int, temperature: float, row: int) -> None:
        """Queue one generation."""
        if self._set_rates is not None:
            self._set_rates(number, [each for family in self._families for each in family.members])
        situation = self._environment.draw(number)
        if not self._situation:
            self._situation = tuple(tensor.clone() for tensor in situation)
        torch._foreach_copy_(list(self._situation), list(situation))
        draws = [self._rng.random() for _ in self._population]
        chances = torch.tensor([temperature, *draws], dtype=torch.float64)
        if self._device.type == "cuda":
            chances = chances.pin_memory()
        self._chances.copy_(chances, non_blocking=True)
        self._environment.face(self._situation)
        if self._until_capture == 0:
            self._capture()
        self._until_capture -= 1
        if self._graph is not None:
            self._graph.replay()
        else:
            self._generation()
        self._log[row].copy_(self._row)

    def _generation(self) -> None:
        """Do everything that a generation does on the device (Algorithm 1, lines 3-20)."""
        environment = self._environment
        loss = environment.real_loss()
        real = torch.autograd.grad(loss, environment.parameters)
        whole, losses, records = list(real), [], []
        for index, family in enumerate(self._families):
            temperature, draw = self._chances[0], self._chances[1 + index]
            gradients, generated, record = family.live(real, temperature, draw)
            whole = list(torch._foreach_add(whole, gradients, alpha=1 / len(self._families)))
            losses.append(generated)
            records.append(record)
        environment.step(whole)
        parts = torch.stack([loss.detach(), torch.stack(losses).mean()]).double()
        self._row.copy_(torch.cat([parts, *records]))

    def _capture(self) -> None:
        """Capture a generation as a CUDA graph; go on without one where that fails."""
        graph = torch.cuda.CUDAGraph()
        try:
            torch.cuda.synchronize()
            # Other threads may go on preparing batches meanwhile.
            with torch.cuda.graph(graph, capture_error_mode="thread_local"):
                self._generation()
            self._graph = graph
        except (RuntimeError, AssertionError) as error:
            torch.cuda.synchronize()
            cause = str(error).strip().splitlines()[0]
            self._on_note(f"Running without a CUDA graph, which is slower: {cause}.")

    def _read(self, pending: Sequence[tuple[int, float]]) -> Iterator[Generation]:
        """Wait for the device and tell what happened in the pending generations, one by one."""
        rows = self._log[: len(pending)].tolist()
        for (number, temperature), (real, generated, *cells) in zip(pending, rows, strict=True):
            self._environment.note_losses(real, generated)
            yield self._generation_of(number, temperature, cells, number == pending[-1][0])

    def _generation_of(
        self, number: int, temperature: float, cells: list[float], settled: bool
    ) -> Generation:
        """Make a generation of its record, and note in the population what its members became."""
        generation = Generation(number, temperature, [], [], [], settled)
        width = len(cells) // len(self._population)
        for index, individual in enumerate(self._population):
            survivor, *table = cells[index * width : (index + 1) * width]
            slots = zip([individual.mutation, *self._labels], _triples(table), strict=True)
            traces = [
                Trace(
                    SumFitness(individual.fitness.weights, DEAD if code else (quality, diversity)),
                    individual.lineage,
                    mutation,
                    CAUSES[int(code)],
                )
                for mutation, (quality, diversity, code) in slots
            ]
            chosen = traces[int(survivor)]
            generation.parents.append(traces[0])
            generation.offspring.extend(traces[1:])
            generation.survivors.append(chosen)
            individual.fitness.values = chosen.fitness.values
            individual.mutation = chosen.mutation
            individual.cause_of_death = chosen.cause_of_death
        return generation

    def champion(self) -> GeneratorIndividual:
        """Return a copy of the best individual that any generation run here has had."""
        return max(self._families, key=lambda family: float(family.best_fitness)).champion()

    def _honour(self, halloffame: tools.HallOfFame) -> None:
        """Show DEAP's hall of fame the best so far, if it is better than what is there."""
        best = max(float(family.best_fitness) for family in self._families)
        if not len(halloffame) or best > weighted_sum(halloffame[0].fitness):
            halloffame.update([self.champion()])


def _triples(values: Sequence[float]) -> Iterator[tuple[float, float, float]]:
    return zip(values[::3], values[1::3], values[2::3], strict=True)
