"""ea_annealing: the generational loop, written as DEAP's own algorithms are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import is_not
from typing import Any

import numpy as np
from deap import tools

from geneticgan.annealing.evaluating import evaluated
from geneticgan.annealing.randomness import deap_draws, make_rng
from geneticgan.annealing.schedule import Schedule
from geneticgan.annealing.selection import assign_lineage
from geneticgan.annealing.state import Decode, Encode, loop_state, plain_genome, restore_loop


@dataclass(frozen=True)
class Generation:
    """What happened in one generation; passed to ``on_generation``.

    Attributes
    ----------
    number : int
        The generation's number, counted from 0.
    temperature : float
        The temperature of its selection.
    parents, offspring, survivors : list
        Evaluated individuals; the i-th survivor is the i-th parent or one of its offspring.
    settled : bool
        Whether the population is still as this generation left it. False where several
        generations run before they are reported (`geneticgan.gan.capture`).
    """

    number: int
    temperature: float
    parents: list[Any]
    offspring: list[Any]
    survivors: list[Any]
    settled: bool = True
    _keep: Callable[[Encode], dict[str, Any]] | None = field(
        default=None, repr=False, compare=False
    )

    def state(self, encode: Encode = plain_genome) -> dict[str, Any]:
        """Return the state of the loop after this generation as JSON types; see ``resume``.

        Call it within ``on_generation``; afterwards the loop has moved on.

        Parameters
        ----------
        encode : callable
            Turns an individual's genome into JSON types. Lists, `array.array` and NumPy arrays
            need no encoder.

        Raises
        ------
        ValueError
            If the loop was given no ``rng``, or runs several generations at once.
        """
        if self._keep is None:
            raise ValueError("only ea_annealing's own generations know the loop's state")
        return self._keep(encode)

    @property
    def accepted(self) -> list[bool]:
        """For every parent, whether an offspring replaced it."""
        return list(map(is_not, self.survivors, self.parents))


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
    rng: int | np.random.Generator | None = None,
    resume: Mapping[str, Any] | None = None,
    decode: Decode | None = None,
) -> tuple[list[Any], tools.Logbook]:
    """Evolve a population by annealed selection (the paper's Algorithm 1).

    Parameters
    ----------
    population : list
        Individuals with DEAP fitnesses; changed in place, as DEAP's algorithms do.
    toolbox : deap.base.Toolbox
        Provides ``clone``, ``evaluate``, ``select(individuals, k, temperature=...)`` and one of
        ``mutations``, ``mutate`` or ``breed(population)``. ``evaluate_all``, if registered,
        replaces ``evaluate``: it maps a list of individuals to their fitness values in the same
        order, once for the parents and once for all offspring. A changing environment registers
        ``observe(generation)`` and ``update(survivors)``; a static problem has neither, and each
        individual is evaluated only once.
    schedule : Schedule
        The temperature of each generation.
    ngen : int
        How many generations to run, >= 0; with ``resume``, the length of the whole search.
    stats : deap.tools.Statistics, optional
        Compiled over the population after every generation.
    halloffame : deap.tools.HallOfFame, optional
        Keeps the best individual so far (g_b of definitions 1-2). It never steers the search.
    first_generation : int
        Number of the first generation; not 0 when a run is resumed.
    brood_size : int
        Offspring per parent and generation, where the toolbox has only ``mutate``.
    on_generation : callable, optional
        Called with every `Generation` after the environment's update; a true result ends the run
        (`geneticgan.EarlyStopping` is such a callable).
    verbose : bool
        Print the logbook's stream, as DEAP's algorithms do.
    rng : int or numpy.random.Generator, optional
        Makes a search reproducible from one number: it is passed to ``select`` as ``rng=`` and,
        during the call, seeds the global ``random`` module that DEAP's operators draw from.
    resume : mapping, optional
        What `Generation.state` returned, possibly read back from JSON. The search continues after
        that generation as if it had never stopped. Needs an ``rng`` of the same kind as before.
    decode : callable, optional
        With ``resume``: makes an individual with an empty fitness from a genome. By default the
        class of ``population[0]`` is called, which suits classes made by DEAP's ``creator``.

    Returns
    -------
    population : list
        The same list, with the last survivors.
    logbook : deap.tools.Logbook
        One record per generation: gen, nevals, temperature, accepted and the statistics.

    Raises
    ------
    ValueError
        If ``resume`` is not such a state or comes without ``rng``, or if ``evaluate_all`` does
        not return one fitness per individual.
    """
    logbook = tools.Logbook()
    logbook.header = ["gen", "nevals", "temperature", "accepted", *(stats.fields if stats else [])]
    own = None if rng is None else make_rng(rng)
    with deap_draws(own):
        generations = range(first_generation, first_generation + ngen)
        if resume is not None:
            if own is None:
                raise ValueError("a search can be resumed only with a random generator: give rng=")
            if decode is None and not population:
                raise ValueError("a search without a population can be resumed only with decode=")
            start = restore_loop(
                resume,
                population,
                schedule,
                own,
                halloffame,
                logbook,
                decode or type(population[0]),
            )
            generations = range(start, ngen)
        _run(
            population, toolbox, schedule, generations, stats, halloffame, logbook, own,
            brood_size=brood_size, on_generation=on_generation, verbose=verbose,
        )  # fmt: skip
    return population, logbook


def _run(
    population: list[Any],
    toolbox: Any,
    schedule: Schedule,
    generations: Iterable[int],
    stats: tools.Statistics | None,
    halloffame: tools.HallOfFame | None,
    logbook: tools.Logbook,
    rng: np.random.Generator | None,
    *,
    brood_size: int,
    on_generation: Callable[[Generation], bool | None] | None,
    verbose: bool,
) -> None:
    """Run Algorithm 1; the parameters are those of `ea_annealing`."""
    draws = {} if rng is None else {"rng": rng}
    for number in generations:
        nevals = 0
        if len(population) > 1:  # all offspring of a lone parent are its own
            assign_lineage(population)  # again, since a selection may keep two of one lineage
        if hasattr(toolbox, "observe"):
            toolbox.observe(number)
            for individual in population:  # the environment has changed, and so has every fitness
                del individual.fitness.values
        parents, times = evaluated(population, toolbox)  # line 3
        nevals += times
        if halloffame is not None:
            halloffame.update(parents)
        if hasattr(toolbox, "breed"):
            born = toolbox.breed(parents)
        else:
            born = breed_plain(parents, toolbox, brood_size)
        offspring, times = evaluated(born, toolbox)  # lines 4-9
        nevals += times
        if halloffame is not None:
            halloffame.update(offspring)
        temperature = schedule.temperature(number)  # line 18, as a function of the generation
        survivors = parents
        if offspring:
            survivors = toolbox.select(  # lines 10-17
                parents + offspring, len(parents), temperature=temperature, **draws
            )
        if len(survivors) != len(parents):
            raise ValueError(f"select returned {len(survivors)} of {len(parents)} individuals")
        accepted = sum(map(is_not, survivors, parents))
        schedule.learn(number, accepted / len(parents))
        if hasattr(toolbox, "update"):
            toolbox.update(survivors)  # lines 19-20
        population[:] = survivors
        found = stats.compile(population) if stats else {}
        logbook.record(
            gen=number, nevals=nevals, temperature=temperature, accepted=accepted, **found
        )
        if verbose:
            print(logbook.stream)
        if on_generation is None:
            continue

        def keep(encode: Encode, following: int = number + 1) -> dict[str, Any]:
            return loop_state(following, population, schedule, rng, halloffame, logbook, encode)

        if on_generation(
            Generation(number, temperature, parents, offspring, survivors, _keep=keep)
        ):
            break


def breed_plain(population: Sequence[Any], toolbox: Any, brood_size: int) -> Iterator[Any]:
    """Breed the offspring of every parent, one at a time (Algorithm 1, lines 4-7).

    Each offspring is an exact clone of its parent, changed by one mutation.

    Parameters
    ----------
    population : sequence
        The parents.
    toolbox : deap.base.Toolbox
        Has ``clone`` and either ``mutations`` (a sequence of DEAP mutations, one offspring for
        each) or ``mutate`` (one mutation).
    brood_size : int
        How many offspring ``mutate`` makes of each parent; not used with ``mutations``.

    Yields
    ------
    individual
        An offspring, not evaluated; made lazily, so that breeding and evaluation can alternate.
    """
    mutations = getattr(toolbox, "mutations", None) or [toolbox.mutate] * brood_size
    for parent in population:
        for mutation in mutations:
            (child,) = mutation(toolbox.clone(parent))
            del child.fitness.values
            yield child
