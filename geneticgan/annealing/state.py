"""Converts the state of `ea_annealing` between two generations to and from JSON types."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from deap import tools

from geneticgan.annealing.schedule import Schedule

Encode = Callable[[Any], Any]
"""Maps an individual, without its fitness, to JSON types."""

Decode = Callable[[Any], Any]
"""Maps the result of `Encode` to a new individual with an empty fitness."""


def plain_genome(individual: Any) -> Any:
    """Return the genome of a list, an `array.array` or a NumPy array as JSON types."""
    return individual.tolist() if hasattr(individual, "tolist") else list(individual)


def loop_state(
    next_generation: int,
    population: Sequence[Any],
    schedule: Schedule,
    rng: np.random.Generator | None,
    halloffame: tools.HallOfFame | None,
    logbook: tools.Logbook,
    encode: Encode,
) -> dict[str, Any]:
    """Return everything that the following generations depend on, as JSON types.

    Parameters
    ----------
    next_generation : int
        Number of the generation at which a resumed loop starts.
    population, schedule, rng, halloffame, logbook
        The loop's own.
    encode : callable
        Turns an individual's genome into JSON types.

    Raises
    ------
    ValueError
        If ``rng`` is None: a resumed loop would not repeat what this one does.
    """
    if rng is None:
        raise ValueError(
            "the state of a search without a random generator of its own cannot be resumed; "
            "give ea_annealing rng=, such as rng=1"
        )
    version, words, gauss = random.getstate()
    return {
        "next_generation": next_generation,
        "population": [_individual(one, encode) for one in population],
        "hall_of_fame": None
        if halloffame is None
        else [_individual(one, encode) for one in halloffame],
        "schedule": dict(schedule.state()),
        "rng": rng.bit_generator.state,
        "random": [version, list(words), gauss],
        "logbook": _log(logbook),
    }


def restore_loop(
    state: Mapping[str, Any],
    population: list[Any],
    schedule: Schedule,
    rng: np.random.Generator,
    halloffame: tools.HallOfFame | None,
    logbook: tools.Logbook,
    decode: Decode,
) -> int:
    """Restore a state from `loop_state`; returns the number of the next generation.

    Parameters
    ----------
    state : mapping
        What `loop_state` returned, possibly read back from JSON.
    population, schedule, rng, halloffame, logbook
        The loop's own; all are changed in place, and so is the global ``random``.
    decode : callable
        Makes an individual with an empty DEAP fitness from what ``encode`` returned.

    Raises
    ------
    ValueError
        If it is not such a state, or was made with another kind of random generator.
    """
    try:
        population[:] = [_revive(one, decode) for one in state["population"]]
        if halloffame is not None and state["hall_of_fame"] is not None:
            halloffame.clear()
            halloffame.update([_revive(one, decode) for one in state["hall_of_fame"]])
        schedule.restore(state["schedule"])
        rng.bit_generator.state = state["rng"]
        version, words, gauss = state["random"]
        random.setstate((version, tuple(words), gauss))
        _relog(state["logbook"], logbook)
        return int(state["next_generation"])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"this is not the state of a search that can be resumed here ({error}); pass what "
            "Generation.state returned in a loop with the same kind of individuals and rng"
        ) from error


def _individual(individual: Any, encode: Encode) -> dict[str, Any]:
    # JSON has no infinities, and an individual that failed has them.
    values = [v if math.isfinite(v) else str(v) for v in map(float, individual.fitness.values)]
    return {
        "genome": encode(individual),
        "fitness": values,
        "lineage": getattr(individual, "lineage", None),
    }


def _revive(kept: Mapping[str, Any], decode: Decode) -> Any:
    individual = decode(kept["genome"])
    individual.fitness.values = tuple(map(float, kept["fitness"]))
    if kept["lineage"] is not None:
        individual.lineage = kept["lineage"]
    return individual


def _log(logbook: tools.Logbook) -> dict[str, Any]:
    """Return the records, including those of `deap.tools.MultiStatistics` (chapters)."""
    records = [{name: _number(value) for name, value in record.items()} for record in logbook]
    chapters = {name: _log(chapter) for name, chapter in logbook.chapters.items()}
    return {"records": records, "chapters": chapters}


def _relog(kept: Mapping[str, Any], logbook: tools.Logbook) -> None:
    logbook[:] = [dict(record) for record in kept["records"]]
    logbook.buffindex = len(logbook)  # what was printed is not printed again
    for name, chapter in kept["chapters"].items():
        _relog(chapter, logbook.chapters[name])


def _number(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value
