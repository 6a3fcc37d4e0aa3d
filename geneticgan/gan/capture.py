"""The generation of `geneticgan.gan.step` as a CUDA graph that never waits for the host.

The host supplies each generation's batch, temperature and uniform draws, and reads the results
back once every several generations. Without CUDA the same code runs without a graph.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from deap import tools

from geneticgan.annealing.algorithm import Generation
from geneticgan.annealing.fitness import weighted_sum
from geneticgan.annealing.metropolis import check_temperature
from geneticgan.annealing.selection import BestOffspring
from geneticgan.errors import RunError
from geneticgan.gan.batch import Batch, one_for_all
from geneticgan.gan.device_log import DeviceLog
from geneticgan.gan.forward import has_dropout
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.gan.machine import Machine
from geneticgan.gan.optimizer_state import copy_all
from geneticgan.gan.step import Brood, Step
from geneticgan.gan.tensor_selection import Place, needs_host

READ_EVERY = 20
"""How many generations run between two reads from the device."""

WARM_UP = 3
"""Generations on the stream before capture, while libraries choose algorithms and allocate."""


def is_wanted(device: torch.device) -> bool:
    """Return whether waiting for the host costs anything on a device."""
    return device.type == "cuda"


def has_begun(generation: Generation) -> bool:
    """Return whether every survivor's optimizer has its state, which `CapturedStep` needs.

    An optimizer creates its state in its first step, which only an offspring takes. An optimizer
    without state, such as plain SGD, has none to create.
    """
    evaluated = [child for child in generation.offspring if not child.failure]
    if not any(child.optimizer.state for child in evaluated):
        return bool(evaluated)
    return all(survivor.optimizer.state for survivor in generation.survivors)


def why_not(machine: Machine) -> str:
    """Return a clause that tells the user why generations need the host; empty if they do not."""
    selection, batches = machine.selection, machine.batches
    if not isinstance(selection, BestOffspring) or needs_host(selection.accepts):
        return f"{type(selection).__name__} selects there"
    if machine.schedule.learns:
        return "the schedule learns from every generation"
    modules = [individual.module for individual in machine.population]
    if any(map(has_dropout, (machine.discriminator.module, *modules))):
        return "the host draws the dropout masks"
    if batches.critic_steps > 1:
        return "the discriminator takes several steps per generation"
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
        The parts of the run, for which `why_not` returns an empty string. The i-th individual of
        its population is always the current survivor of the i-th lineage. All of them come from
        a generation for which `has_begun` is true.
    on_note : callable
        Called with a sentence if no graph can be captured.
    capture : bool
        Whether to capture a graph on CUDA.
    step : Step, optional
        A step whose individuals are overwritten; by default new ones are created.

    Attributes
    ----------
    chances : Tensor
        Temperature of the next generation and a uniform draw for each place, as float64.
    until_capture : int
        Generations left before a graph is captured; negative if none will be.
    """

    def __init__(
        self,
        machine: Machine,
        on_note: Callable[[str], None] = lambda _: None,
        *,
        capture: bool = True,
        step: Step | None = None,
    ) -> None:
        self._machine = machine
        self._on_note = on_note
        self._step = (step or Step(machine)).blind()
        labels = [mutation.label for mutation in machine.mutations]
        parameters = machine.discriminator.parameters
        accepts = machine.selection.accepts  # type: ignore[attr-defined]  # `why_not` is empty
        self._places = [Place(parent, accepts, labels, parameters) for parent in machine.population]
        device = self._device = machine.discriminator.device
        self._batch: Batch | None = None
        self.chances = torch.zeros(1 + len(self._places), dtype=torch.float64, device=device)
        self._log = DeviceLog(machine, READ_EVERY)
        self._graph: torch.cuda.CUDAGraph | None = None
        captures = capture and device.type == "cuda"
        self.until_capture = WARM_UP if captures else -1
        self._stream: torch.cuda.Stream | None = None
        if captures:
            self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]

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
            Maps a generation's number to whether `on_generation` needs the networks exactly as
            they are after it; otherwise it may see them up to `READ_EVERY` generations later.
        on_generation : callable
            Called with every generation in order, with traces in place of individuals; a true
            result ends the run.
        halloffame : deap.tools.HallOfFame, optional
            Updated whenever results are read from the device.

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
            check_temperature(temperature)  # the device does not check it
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
        drawn = machine.batches.numbers(number, number)
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
        if self._graph is not None:
            self._graph.replay()
        elif self.until_capture > 0:
            self._warm_up(self._batch)
        else:
            self.generation(self._batch)
        self.until_capture -= 1
        self._log.keep(row)

    def generation(self, batch: Batch) -> None:
        """Do everything that a generation does on the device (Algorithm 1, lines 3-20).

        Nothing here reads a tensor's value, so it also runs on torch's ``meta`` device.

        Parameters
        ----------
        batch : Batch
            A batch from `geneticgan.gan.batch.BatchSampler.numbers`.
        """
        step = self._step
        met, real_loss, real = step.real(self._machine.batches.lay_out(batch))
        broods, real = step.breed(one_for_all(met), real)
        chances, broods = self._agreed(broods)
        gradients, losses, records = [], [], []
        for place, brood, draw in zip(self._places, broods, chances[1:], strict=True):
            chosen, loss, record = place.select(brood, chances[0], draw)
            gradients.append(tuple(chosen))
            losses.append(loss)
            records.append(record)
        step.learn(real, gradients)
        self._log.write(real_loss, torch.stack(losses).mean(), records)

    def _agreed(self, broods: list[Brood]) -> tuple[torch.Tensor, list[Brood]]:
        """Return what survivors depend on as the leading process has it: chances, and fitness."""
        processes = self._machine.discriminator.forward.processes
        if processes.size == 1:
            return self.chances, broods
        found = [torch.cat([each.values, each.codes.double().unsqueeze(1)], 1) for each in broods]
        flat = torch.cat([self.chances, *(each.flatten() for each in found)])
        processes.follow(flat)
        chances, *tables = torch.split(flat, [len(self.chances), *(t.numel() for t in found)])
        return chances, [
            replace(brood, values=table.view(-1, 3)[:, :2], codes=table.view(-1, 3)[:, 2].long())
            for brood, table in zip(broods, tables, strict=True)
        ]

    def _warm_up(self, batch: Batch) -> None:
        """Run a generation on the stream that will capture one.

        Otherwise the graph would recreate what libraries keep for a stream, such as workspaces.
        """
        assert self._stream is not None  # a graph will be captured
        stream = torch.cuda.current_stream()
        self._stream.wait_stream(stream)
        with torch.cuda.stream(self._stream):
            self.generation(batch)
        stream.wait_stream(self._stream)

    def _capture(self, batch: Batch) -> None:
        """Capture a generation as a CUDA graph; continue without one if that fails."""
        graph, stream = torch.cuda.CUDAGraph(), torch.cuda.current_stream()
        try:
            torch.cuda.synchronize()
            # Other threads may keep preparing batches meanwhile.
            mode = "thread_local"
            with torch.cuda.graph(graph, stream=self._stream, capture_error_mode=mode):
                if not torch.cuda.is_current_stream_capturing():
                    raise RuntimeError("the stream does not capture")
                self.generation(batch)
            self._graph = graph
        except (RuntimeError, AssertionError, RunError) as error:
            torch.cuda.synchronize()
            cause = str(error).strip().splitlines()[0]
            self._on_note(f"Running without a CUDA graph, which is slower: {cause}.")
        finally:
            # A failed capture leaves its own stream as the current one.
            torch.cuda.set_stream(stream)

    def champion(self) -> GeneratorIndividual:
        """Return a copy of the best individual of all generations run here."""
        return max(self._places, key=lambda place: float(place.best_fitness)).champion()

    def _update(self, halloffame: tools.HallOfFame) -> None:
        """Add the best individual so far to DEAP's hall of fame, if it is better than its best."""
        best = max(float(place.best_fitness) for place in self._places)
        if not len(halloffame) or best > weighted_sum(halloffame[0].fitness):
            halloffame.update([self.champion()])
