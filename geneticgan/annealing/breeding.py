"""How a population bears its offspring. The plain way is the oracle of every faster one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any


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
