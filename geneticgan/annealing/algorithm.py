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
    _keep: Callable[[Encode], dict[str, Any]] | None = field(
        default=None, repr=False, compare=False
    )

    def state(self, encode: Encode = plain_genome) -> dict[str, Any]:
        """Return the state of the loop after this generation as JSON types; see ``resume``.

        Call it within ``on_generation``: later the loop has moved on.

        Parameters
        ----------
        encode : callable
            Turns an individual's genome into JSON types; that of a list, an `array.array` and a
            NumPy array needs none.

        Raises
        ------
        ValueError
            If the loop was not given ``rng``, or runs many generations at once.
        """
        if self._keep is None:
            raise ValueError("only ea_annealing's own generations know the loop's state")
        return self._keep(encode)

    @property
    def accepted(self) -> list[bool]:
        """For every parent, whether an offspring took its place."""
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
        ``clone``, ``evaluate``, ``select(individuals, k, temperature=...)`` and one of
        ``mutations``, ``mutate`` or ``breed(population)``. Where ``evaluate_all`` is registered
        it takes ``evaluate``'s place: from a list of individuals to their fitness values, in
        their order, once for the parents and once for all offspring. A changing environment
        registers ``observe(generation)`` and ``update(survivors)``; a static problem has neither,
        and its fitnesses are computed once an individual.
    schedule : Schedule
        The temperature of each generation.
    ngen : int
        How many generations to run, >= 0; with ``resume`` how many the whole search has.
    stats : deap.tools.Statistics, optional
        Compiled over the population after every generation.
    halloffame : deap.tools.HallOfFame, optional
        The best so far (g_b of definitions 1-2). It never steers the search.
    first_generation : int
        Number of the first generation; not 0 when a run is resumed.
    brood_size : int
        Offspring of a parent in a generation, where the toolbox has only ``mutate``.
    on_generation : callable, optional
        Called with every `Generation` after the environment's update; a true result ends the run
        (`geneticgan.EarlyStopping` is such a callable).
    verbose : bool
        Print the logbook's stream, as DEAP's algorithms do.
    rng : int or numpy.random.Generator, optional
        Repeats a search by one number: it is handed to ``select`` as ``rng=``, and seeds the
        global ``random``, from which DEAP's operators draw, for the time of the call.
    resume : mapping, optional
        What `Generation.state` returned, also read back from JSON: the search goes on after that
        generation as if it had never ended. Needs ``rng``, of the same kind as then.
    decode : callable, optional
        With ``resume``: makes an individual with an empty fitness of its genome. Without it the
        class of ``population[0]`` is called, which suits those of DEAP's ``creator``.

    Returns
    -------
    population : list
        The same list, with the last survivors.
    logbook : deap.tools.Logbook
        A record a generation: gen, nevals, temperature, accepted and the statistics.

    Raises
    ------
    ValueError
        If ``resume`` is no such state or ``rng`` is missing for it, or ``evaluate_all`` returns
        another number of values than it was given individuals.
    """
    logbook = tools.Logbook()
    logbook.header = ["gen", "nevals", "temperature", "accepted", *(stats.fields if stats else [])]
    own = None if rng is None else make_rng(rng)
    with deap_draws(own):
        generations = range(first_generation, first_generation + ngen)
        if resume is not None:
            if own is None:
                raise ValueError("a search is resumed with a random generator: give rng=")
            if decode is None and not population:
                raise ValueError("a search without a population is resumed with decode=")
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
    """Run Algorithm 1; parameters as for `ea_annealing`."""
    draws = {} if rng is None else {"rng": rng}
    for number in generations:
        nevals = 0
        if len(population) > 1:  # a lone parent's offspring are all of them its own
            assign_lineage(population)  # anew, since a selection may keep two of one lineage
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
