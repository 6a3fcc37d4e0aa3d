"""The generation of `geneticgan.gan.step` as a CUDA graph, with nothing to wait for.

The host hands over each generation's batch, temperature and uniform draws, and reads what
happened every so many generations. Off CUDA the same runs without a graph.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from deap import tools

from geneticgan.annealing.algorithm import Generation
from geneticgan.annealing.fitness import weighted_sum
from geneticgan.annealing.metropolis import check_temperature
from geneticgan.annealing.selection import BestOffspring
from geneticgan.gan.batch import Batch, one_for_all
from geneticgan.gan.device_log import DeviceLog
from geneticgan.gan.forward import has_dropout
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.gan.machine import Machine
from geneticgan.gan.optimizer_state import copy_all
from geneticgan.gan.step import Step
from geneticgan.gan.tensor_selection import Place, needs_host

READ_EVERY = 20
"""Generations between two looks at the device."""

WARM_UP = 3
"""Generations before capture, in which libraries choose algorithms and allocate."""


def is_wanted(device: torch.device) -> bool:
    """Tell whether waiting for the host costs anything on a device."""
    return device.type == "cuda"


def has_begun(generation: Generation) -> bool:
    """Tell whether every survivor's optimizer has its state, as `CapturedStep` needs.

    An optimizer makes its state in its first step, which only an offspring takes. One whose
    offspring have none, such as plain SGD, has none to make.
    """
    evaluated = [child for child in generation.offspring if not child.failure]
    if not any(child.optimizer.state for child in evaluated):
        return bool(evaluated)
    return all(survivor.optimizer.state for survivor in generation.survivors)


def why_not(machine: Machine) -> str:
    """Return why generations need the host, as a clause for the user; empty if they do not."""
    selection, batches = machine.selection, machine.batches
    if machine.discriminator.forward.processes.size > 1:
        return "no graph holds what several processes hand each other"
    if not isinstance(selection, BestOffspring) or needs_host(selection.accepts):
        return f"{type(selection).__name__} selects there"
    if machine.schedule.learns:
        return "the schedule learns from every generation"
    modules = [individual.module for individual in machine.population]
    if any(map(has_dropout, (machine.discriminator.module, *modules))):
        return "the host draws the masks of dropout"
    if batches.critic_steps > 1:
        return "the discriminator takes several steps a generation"
    if batches.offspring_steps > 1:
        return "an offspring takes several steps"
    state = (tensor for each in machine.population for tensor in each.state_tensors())
    if any(tensor.device != machine.discriminator.device for tensor in state):
        return "the optimizer keeps part of its state off the device"
    return ""


class CapturedStep:
    """Runs generations on the device.

    Parameters
    ----------
    machine : Machine
        The parts of the run, of which `why_not` is empty. The i-th of its population is always
        the present survivor of the i-th lineage. All came of a generation of which `has_begun`
        is true.
    on_note : callable
        Told in a sentence if a graph cannot be captured.
    capture : bool
        Whether to capture a graph on CUDA.

    Attributes
    ----------
    chances : Tensor
        Temperature of the next generation and a uniform draw for each place, float64.
    until_capture : int
        Generations before a graph is captured; below 0 there is none to come.
    """

    def __init__(
        self,
        machine: Machine,
        on_note: Callable[[str], None] = lambda _: None,
        *,
        capture: bool = True,
    ) -> None:
        self._machine = machine
        self._on_note = on_note
        self._step = Step(machine, looks=False)
        labels = [mutation.label for mutation in machine.mutations]
        parameters = machine.discriminator.parameters
        accepts = machine.selection.accepts  # type: ignore[attr-defined]  # `why_not` is empty
        self._places = [Place(parent, accepts, labels, parameters) for parent in machine.population]
        device = self._device = machine.discriminator.device
        self._batch: Batch | None = None
        self.chances = torch.zeros(1 + len(self._places), dtype=torch.float64, device=device)
        self._log = DeviceLog(machine, READ_EVERY)
        self._graph: torch.cuda.CUDAGraph | None = None
        self.until_capture = WARM_UP if capture and device.type == "cuda" else -1

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

        Raises
        ------
        ValueError
            If the schedule gives a temperature that is negative or NaN.
        DivergedError
            If the discriminator's loss is not finite.
        """
        pending: list[tuple[int, float]] = []
        for number in range(first, first + ngen):
            temperature = self._machine.schedule.temperature(number)
            check_temperature(temperature)  # on the device it is not looked at
            self._queue(number, temperature, len(pending))
            pending.append((number, temperature))
            if not (pause(number) or len(pending) == READ_EVERY or number == first + ngen - 1):
                continue
            if halloffame is not None:
                self._update(halloffame)
            stopping = [on_generation(generation) for generation in self._log.read(pending)]
            pending = []
            if any(stopping):
                return

    def _queue(self, number: int, temperature: float, row: int) -> None:
        """Queue one generation."""
        machine = self._machine
        machine.set_rates(number, self._step.individuals())
        drawn = machine.batches.draw(number).fitness
        if self._batch is None:
            self._batch = drawn.clone()
        copy_all(self._batch.tensors(), drawn.tensors())
        draws = [machine.rng.random() for _ in self._places]
        chances = torch.tensor([temperature, *draws], dtype=torch.float64)
        if self._device.type == "cuda":
            chances = chances.pin_memory()
        self.chances.copy_(chances, non_blocking=True)
        if self.until_capture == 0:
            self._capture(self._batch)
        self.until_capture -= 1
        if self._graph is not None:
            self._graph.replay()
        else:
            self.generation(self._batch)
        self._log.keep(row)

    def generation(self, batch: Batch) -> None:
        """Do everything that a generation does on the device (Algorithm 1, lines 3-20).

        Nothing here looks at a value: it runs on torch's ``meta`` device too.
        """
        step = self._step
        met, real_loss, real = step.real(batch)
        broods, real = step.breed(one_for_all(met), real)
        gradients, losses, records = [], [], []
        for place, brood, draw in zip(self._places, broods, self.chances[1:], strict=True):
            chosen, loss, record = place.select(brood, self.chances[0], draw)
            gradients.append(tuple(chosen))
            losses.append(loss)
            records.append(record)
        step.learn(real, gradients)
        self._log.write(real_loss, torch.stack(losses).mean(), records)

    def _capture(self, batch: Batch) -> None:
        """Capture a generation as a CUDA graph; go on without one where that fails."""
        graph, stream = torch.cuda.CUDAGraph(), torch.cuda.current_stream()
        try:
            torch.cuda.synchronize()
            # Other threads may go on preparing batches meanwhile.
            with torch.cuda.graph(graph, capture_error_mode="thread_local"):
                if not torch.cuda.is_current_stream_capturing():
                    raise RuntimeError("the stream does not capture")
                self.generation(batch)
            self._graph = graph
        except (RuntimeError, AssertionError) as error:
            torch.cuda.synchronize()
            cause = str(error).strip().splitlines()[0]
            self._on_note(f"Running without a CUDA graph, which is slower: {cause}.")
        finally:
            # A capture that fails leaves its own stream as the current one.
            torch.cuda.set_stream(stream)

    def champion(self) -> GeneratorIndividual:
        """Return a copy of the best individual that any generation run here has had."""
        return max(self._places, key=lambda place: float(place.best_fitness)).champion()

    def _update(self, halloffame: tools.HallOfFame) -> None:
        """Offer DEAP's hall of fame the best so far, if it is better than what is there."""
        best = max(float(place.best_fitness) for place in self._places)
        if not len(halloffame) or best > weighted_sum(halloffame[0].fitness):
            halloffame.update([self.champion()])
