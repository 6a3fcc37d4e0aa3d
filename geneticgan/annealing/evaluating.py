"""Evaluates every individual: one by one, in a pool, or all in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any


def evaluated(individuals: Iterable[Any], toolbox: Any) -> tuple[list[Any], int]:
    """Evaluate individuals without a valid fitness; return all, and how many were evaluated.

    With the builtin ``map``, the default of a toolbox, an individual is evaluated before the
    next one is drawn from a lazy iterable, which is the order of Algorithm 1 (breed, evaluate,
    breed, evaluate); a pool's ``map`` draws them all and evaluates in parallel.
    """
    if hasattr(toolbox, "evaluate_all"):
        return _evaluated_at_once(list(individuals), toolbox)
    if isinstance(individuals, list) and not _invalid(individuals):
        return individuals[:], 0
    if getattr(toolbox.map, "func", None) is map:
        return _evaluated_in_turn(individuals, toolbox.evaluate)
    everyone = list(individuals)
    pending = _invalid(everyone)
    for individual, values in zip(pending, toolbox.map(toolbox.evaluate, pending), strict=True):
        individual.fitness.values = values
    return everyone, len(pending)


def _evaluated_in_turn(
    individuals: Iterable[Any], evaluate: Callable[[Any], Sequence[float]]
) -> tuple[list[Any], int]:
    """Do what `evaluated` does, one by one; a separate loop costs less than a map of one."""
    everyone, times = [], 0
    for individual in individuals:
        everyone.append(individual)
        fitness = individual.fitness
        if not fitness.valid:
            fitness.values = evaluate(individual)
            times += 1
    return everyone, times


def _evaluated_at_once(everyone: list[Any], toolbox: Any) -> tuple[list[Any], int]:
    """Do what `evaluated` does, in one call for all that have no valid fitness."""
    pending = _invalid(everyone)
    if pending:
        found = list(toolbox.evaluate_all(pending))
        if len(found) != len(pending):
            raise ValueError(
                f"evaluate_all returned {len(found)} fitness values for {len(pending)} "
                "individuals; it must return a sequence of values for each, in their order"
            )
        for individual, values in zip(pending, found, strict=True):
            individual.fitness.values = values
    return everyone, len(pending)


def _invalid(individuals: list[Any]) -> list[Any]:
    return [individual for individual in individuals if not individual.fitness.valid]
