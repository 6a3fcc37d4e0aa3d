"""Every individual gets its fitness: one by one, by a pool, or all by one call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def evaluated(individuals: Iterable[Any], toolbox: Any) -> tuple[list[Any], int]:
    """Evaluate those without a valid fitness; return all of them and how many that were.

    With the builtin ``map``, the default of a toolbox, an individual is evaluated before the
    next one is drawn from a lazy iterable, which is the order of Algorithm 1 (breed, evaluate,
    breed, evaluate); a pool's ``map`` draws them all and evaluates in parallel.
    """
    if hasattr(toolbox, "evaluate_all"):
        return _evaluated_at_once(list(individuals), toolbox)
    if isinstance(individuals, list) and all(one.fitness.valid for one in individuals):
        return individuals[:], 0
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


def _evaluated_at_once(everyone: list[Any], toolbox: Any) -> tuple[list[Any], int]:
    """As `evaluated`, by one call for all that have no valid fitness."""
    pending = [individual for individual in everyone if not individual.fitness.valid]
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
