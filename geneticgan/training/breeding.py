"""Which way a run's generations are bred: plain, shared, or shared and resident on the device."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from deap import tools

from geneticgan.annealing.algorithm import Generation, ea_annealing
from geneticgan.annealing.schedule import Schedule
from geneticgan.annealing.selection import BestOffspring, Selection
from geneticgan.gan.acceptance import needs_host
from geneticgan.gan.discriminator import DiscriminatorEnvironment
from geneticgan.gan.family import why_plain
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.gan.mutation import Mutation
from geneticgan.gan.plain import plain_toolbox, shared_toolbox
from geneticgan.gan.resident import ResidentEvolution, SetRates, has_begun, why_not_resident


class Breeding:
    """Runs generations the way that is asked for, or the next best one that is possible.

    Parameters
    ----------
    way : str
        One of `geneticgan.config.BREEDINGS`.
    population : list of GeneratorIndividual
        Changed in place.
    environment, mutations, schedule, rng, selection
        As for `geneticgan.gan.plain.plain_toolbox` and `ea_annealing`.
    on_note : callable
        Told once, in a sentence, if it cannot be the way that was asked for.
    set_rates : callable, optional
        Called before a generation with its number and the individuals whose optimizers step in it,
        or lend their settings to those that do.
    """

    def __init__(
        self,
        way: str,
        population: list[GeneratorIndividual],
        environment: DiscriminatorEnvironment,
        mutations: Sequence[Mutation],
        schedule: Schedule,
        rng: np.random.Generator,
        selection: Selection,
        on_note: Callable[[str], None],
        set_rates: SetRates | None = None,
    ) -> None:
        self._population = population
        self._environment = environment
        self._mutations = mutations
        self._schedule = schedule
        self._rng = rng
        self._selection = selection
        self._on_note = on_note
        if way == "auto":
            way = "resident" if environment.device.type == "cuda" else "shared"
        if way != "plain":
            reason = why_plain(environment, mutations)
            if reason:
                on_note(f"Breeding the plain way, which is slower: {reason}.")
                way = "plain"
        self._resident = way == "resident"
        make = plain_toolbox if way == "plain" else shared_toolbox
        self._toolbox = make(environment, mutations, rng, selection)
        self._set_rates = set_rates
        observe = self._toolbox.observe

        def begin(generation: int) -> None:
            if set_rates is not None:
                set_rates(generation, population)
            observe(generation)

        self._toolbox.register("observe", begin)

    def run(
        self,
        first: int,
        ngen: int,
        pause: Callable[[int], bool],
        on_generation: Callable[[Generation], bool],
        halloffame: tools.HallOfFame,
    ) -> None:
        """Run generations; parameters as for `ResidentEvolution.run`."""
        done, stopped = 0, False

        def watched(generation: Generation) -> bool:
            nonlocal done, stopped
            done, stopped = done + 1, on_generation(generation)
            return stopped or (self._resident and has_begun(generation))

        ea_annealing(
            self._population,
            self._toolbox,
            self._schedule,
            ngen,
            halloffame=halloffame,
            first_generation=first,
            on_generation=watched,
        )
        if stopped or done == ngen:
            return
        first, ngen = first + done, ngen - done
        reason = self._why_on_host() or why_not_resident(self._environment, self._population)
        if reason or not isinstance(self._selection, BestOffspring):
            self._on_note(f"Selecting on the host, which is slower: {reason}.")
            self._resident = False
            self.run(first, ngen, pause, on_generation, halloffame)
            return
        ResidentEvolution(
            self._population,
            self._environment,
            self._mutations,
            self._schedule,
            self._rng,
            self._on_note,
            self._selection.accepts,
            set_rates=self._set_rates,
        ).run(first, ngen, pause, on_generation, halloffame)

    def _why_on_host(self) -> str:
        """Return why selection needs the host, as a clause; empty if it does not."""
        selection = self._selection
        if not isinstance(selection, BestOffspring) or needs_host(selection.accepts):
            return f"{type(self._selection).__name__} selects there"
        if self._schedule.learns:
            return "the schedule learns from every generation"
        return ""
