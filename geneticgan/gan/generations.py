"""Runs the generations of a machine in the fastest possible way, or in the requested one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from deap import tools

from geneticgan.annealing.algorithm import Generation, ea_annealing
from geneticgan.gan import capture
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.gan.machine import Machine
from geneticgan.gan.plain import plain_toolbox
from geneticgan.gan.shared_gradients import why_plain
from geneticgan.gan.step import Step, step_toolbox


def agreed(
    individuals: Sequence[GeneratorIndividual],
    k: int,
    *,
    temperature: float,
    select: Callable[..., list[GeneratorIndividual]],
    machine: Machine,
) -> list[GeneratorIndividual]:
    """Return the individuals selected by the leading process, whatever the other processes draw."""
    processes = machine.discriminator.forward.processes
    chosen = select(individuals, k, temperature=temperature)
    places = {id(individual): place for place, individual in enumerate(individuals)}
    return [individuals[i] for i in processes.leaders([places[id(one)] for one in chosen])]


class Generations:
    """Runs generations.

    Parameters
    ----------
    machine : Machine
        The parts of the run.
    breeding : str
        One of `geneticgan.options.evolution.BREEDINGS`. Unless it is ``plain``, gradients are
        shared where possible, and on CUDA generations stay on the device where possible.
    on_note : callable
        Called with a sentence if the fastest way is not possible.

    Attributes
    ----------
    captures : bool
        Whether generations are to stay on the device, as a CUDA graph if it can be captured.
    """

    def __init__(
        self,
        machine: Machine,
        breeding: str = "auto",
        on_note: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._machine = machine
        self._on_note = on_note
        reason = "" if breeding == "plain" else why_plain(machine)
        if reason:
            on_note(f"Breeding the plain way, which is slower: {reason}.")
        plain = breeding == "plain" or bool(reason)
        # Generations on the device write over the same offspring as those before them.
        self._step = Step(machine)
        self._toolbox = plain_toolbox(machine) if plain else step_toolbox(machine, self._step)
        several = machine.discriminator.forward.processes.size > 1
        if several:
            self._toolbox.register("select", agreed, select=self._toolbox.select, machine=machine)
        # If a capture fails in one of several processes, the others may wait for its reductions.
        asked = breeding == "shared" or (breeding == "auto" and not several)
        self.captures = asked and not plain and capture.is_wanted(machine.discriminator.device)

    def run(
        self,
        first: int,
        ngen: int,
        halloffame: tools.HallOfFame,
        on_generation: Callable[[Generation], bool],
        pause: Callable[[int], bool] = lambda _: False,
    ) -> None:
        """Run generations; parameters as for `geneticgan.gan.capture.CapturedStep.run`."""
        done, stopped = 0, False

        def watched(generation: Generation) -> bool:
            nonlocal done, stopped
            done, stopped = done + 1, on_generation(generation)
            return stopped or (self.captures and capture.has_begun(generation))

        ea_annealing(
            self._machine.population,
            self._toolbox,
            self._machine.schedule,
            ngen,
            halloffame=halloffame,
            first_generation=first,
            on_generation=watched,
        )
        if stopped or done == ngen:
            return
        first, ngen = first + done, ngen - done
        reason = capture.why_not(self._machine)
        if reason:
            self._on_note(f"Selecting on the host, which is slower: {reason}.")
            self.captures = False
            self.run(first, ngen, halloffame, on_generation, pause)
            return
        step = capture.CapturedStep(self._machine, self._on_note, step=self._step)
        step.run(first, ngen, pause, on_generation, halloffame)
