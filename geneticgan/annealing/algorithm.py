"""ea_annealing: the generational loop, written as DEAP's own algorithms are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from deap import tools

from geneticgan.annealing.schedule import Schedule
from geneticgan.annealing.selection import assign_lineage


@dataclass(frozen=True)
class Generation:
    """What happened in one generation; handed to ``on_generation``.

    Attributes
    ----------
    number : int
        0-based.
    temperature : float
        At which it selected.
    parents, offspring, survivors : list
        Evaluated individuals; the i-th survivor came of the i-th parent.
    settled : bool
        Whether the population is still as this generation left it; not so where many generations
        are run before they are told of (`geneticgan.gan.capture`).
    """

    number: int
    temperature: float
    parents: list[Any]
    offspring: list[Any]
    survivors: list[Any]
    settled: bool = True

    @property
    def accepted(self) -> list[bool]:
        """For every parent, whether an offspring took its place."""
        pairs = zip(self.survivors, self.parents, strict=True)
        return [survivor is not parent for survivor, parent in pairs]


def ea_annealing(
    population: list[Any],
    toolbox: Any,
    schedule: Schedule,
    ngen: int,
    stats: tools.Statistics | None = None,
    halloffame: tools.HallOfFame | None = None,
    *,
    first_generation: int = 0,
    brood_size: int = 1,
    on_generation: Callable[[Generation], bool | None] | None = None,
    verbose: bool = False,
) -> tuple[list[Any], tools.Logbook]:
    """Evolve a population by annealed selection (the paper's Algorithm 1).

    Parameters
    ----------
    population : list
        Individuals with DEAP fitnesses; changed in place, as DEAP's algorithms do.
    toolbox : deap.base.Toolbox
        ``clone``, ``evaluate``, ``select(individuals, k, temperature=...)`` and one of
        ``mutations``, ``mutate`` or ``breed(population)``. A changing environment registers
        ``observe(generation)`` and ``update(survivors)``; a static problem has neither, and its
        fitnesses are computed once an individual.
    schedule : Schedule
        The temperature of each generation.
    ngen : int
        How many generations to run, >= 0.
    stats : deap.tools.Statistics, optional
        Compiled over the population after every generation.
    halloffame : deap.tools.HallOfFame, optional
        The best so far (g_b of definitions 1-2). It never steers the search.
    first_generation : int
        Number of the first generation; not 0 when a run is resumed.
    brood_size : int
        Offspring of a parent in a generation, where the toolbox has only ``mutate``.
    on_generation : callable, optional
        Called with every `Generation` after the environment's update; a true result ends the run.
    verbose : bool
        Print the logbook's stream, as DEAP's algorithms do.

    Returns
    -------
    population : list
        The same list, with the last survivors.
    logbook : deap.tools.Logbook
        A record a generation: gen, nevals, temperature, accepted and the statistics.
    """
    logbook = tools.Logbook()
    logbook.header = ["gen", "nevals", "temperature", "accepted", *(stats.fields if stats else [])]
    for number in range(first_generation, first_generation + ngen):
        nevals = 0
        assign_lineage(population)  # anew, since a selection may keep two of one lineage
        if hasattr(toolbox, "observe"):
            toolbox.observe(number)
            for individual in population:  # the environment has changed, and so has every fitness
                del individual.fitness.values
        parents, evaluated = _evaluated(population, toolbox)  # line 3
        nevals += evaluated
        if halloffame is not None:
            halloffame.update(parents)
        if hasattr(toolbox, "breed"):
            born = toolbox.breed(parents)
        else:
            born = breed_plain(parents, toolbox, brood_size)
        offspring, evaluated = _evaluated(born, toolbox)  # lines 4-9
        nevals += evaluated
        if halloffame is not None:
            halloffame.update(offspring)
        temperature = schedule.temperature(number)  # line 18, as a function of the generation
        survivors = toolbox.select(  # lines 10-17
            parents + offspring, len(parents), temperature=temperature
        )
        generation = Generation(number, temperature, parents, offspring, survivors)
        schedule.learn(number, sum(generation.accepted) / len(parents))
        if hasattr(toolbox, "update"):
            toolbox.update(survivors)  # lines 19-20
        population[:] = survivors
        logbook.record(
            gen=number,
            nevals=nevals,
            temperature=temperature,
            accepted=sum(generation.accepted),
            **(stats.compile(population) if stats else {}),
        )
        if verbose:
            print(logbook.stream)
        if on_generation is not None and on_generation(generation):
            break
    return population, logbook


def breed_plain(population: Sequence[Any], toolbox: Any, brood_size: int) -> Iterator[Any]:
    """Bear every parent's offspring, one at a time (Algorithm 1, lines 4-7).

    Each offspring is a clone of its parent, the exact bytes of it, changed by one mutation.

    Parameters
    ----------
    population : sequence
        The parents.
    toolbox : deap.base.Toolbox
        With ``clone`` and either ``mutations`` (a sequence of DEAP mutations, one offspring for
        each) or ``mutate`` (one mutation).
    brood_size : int
        How many offspring of a parent ``mutate`` makes; not used with ``mutations``.

    Yields
    ------
    individual
        Not evaluated. Lazily, so that breeding and evaluation can alternate.
    """
    mutations = getattr(toolbox, "mutations", None) or [toolbox.mutate] * brood_size
    for parent in population:
        for mutation in mutations:
            (child,) = mutation(toolbox.clone(parent))
            del child.fitness.values
            yield child


def _evaluated(individuals: Iterable[Any], toolbox: Any) -> tuple[list[Any], int]:
    """Evaluate those without a valid fitness; return all of them and how many that were.

    With the builtin ``map``, the default of a toolbox, an individual is evaluated before the
    next one is drawn from a lazy iterable, which is the order of Algorithm 1 (breed, evaluate,
    breed, evaluate); a pool's ``map`` draws them all and evaluates in parallel.
    """
    everyone: list[Any] = []
    pending: list[Any] = []

    def invalid() -> Iterable[Any]:
        for individual in individuals:
            everyone.append(individual)
            if not individual.fitness.valid:
                pending.append(individual)
                yield individual

    for index, values in enumerate(toolbox.map(toolbox.evaluate, invalid())):
        pending[index].fitness.values = values
    return everyone, len(pending)
