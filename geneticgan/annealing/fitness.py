"""How the values of a fitness add up to the one number that selection compares (equation 4)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from deap import base

FAILED: tuple[float, float] = (-math.inf, -math.inf)
"""Fitness values of an offspring that failed (non-finite loss, gradient or fitness): never wins."""


def weighted(values: Iterable[Any], weights: Sequence[float]) -> tuple[Any, ...]:
    """Return each value times its weight; their `sum` is what selection compares.

    A weight of 0 removes its value, even an infinite one (0 * -inf would be NaN).

    Parameters
    ----------
    values : iterable of float or Tensor
        One value per weight; tensors of equal shape for many individuals at once.
    weights : sequence of float
        The weights, in the same order.
    """
    return tuple(
        value * weight if weight else 0.0 for value, weight in zip(values, weights, strict=True)
    )


class SumFitness(base.Fitness):  # type: ignore[misc]  # DEAP ships no types
    """A DEAP fitness compared by the weighted sum of its values.

    DEAP compares lexicographically, which would make the second value a mere tie-break. Here
    ``a > b`` when the weighted sum is larger, ties being broken lexicographically so that order
    and equality agree. ``wvalues`` stay separate: DEAP's multi-objective selections
    (``selNSGA2``) see two objectives on the same individuals. A weight of 0 is allowed.

    Parameters
    ----------
    weights : sequence of float
        One weight per value. They belong to the instance, so no global class has to be created.
    values : sequence of float
        The values; empty for a fitness not yet evaluated.
    """

    def __init__(self, weights: Sequence[float], values: Sequence[float] = ()) -> None:
        self.weights = tuple(weights)
        self._values: tuple[float, ...] = ()
        super().__init__(values)

    @property
    def values(self) -> tuple[float, ...]:
        """The values as they were assigned; empty when invalid."""
        return self._values

    @values.setter
    def values(self, values: Sequence[float]) -> None:
        if len(values) != len(self.weights):
            raise ValueError(f"{len(values)} fitness values for {len(self.weights)} weights")
        self._values = tuple(float(value) for value in values)
        self.wvalues = weighted(self._values, self.weights)

    @values.deleter
    def values(self) -> None:
        self._values = ()
        self.wvalues = ()

    @property
    def _key(self) -> tuple[float, ...]:
        return (weighted_sum(self), *self.wvalues) if self.valid else ()

    def __lt__(self, other: Any) -> bool:
        return bool(self._key < other._key)

    def __le__(self, other: Any) -> bool:
        return bool(self._key <= other._key)

    def __deepcopy__(self, memo: dict[int, Any]) -> SumFitness:
        return SumFitness(self.weights, self._values)

    def __repr__(self) -> str:
        return f"SumFitness(weights={self.weights}, values={self._values})"


def weighted_sum(fitness: Any) -> float:
    """Return the scalar that selection compares: the sum of DEAP's weighted values.

    It works on any DEAP fitness; NaN counts as -inf.

    Raises
    ------
    ValueError
        If the fitness has no values because its individual was not evaluated.
    """
    values = fitness.wvalues
    if not values:
        raise ValueError("selection: every individual must be evaluated before selection")
    total = sum(values)
    return total if total == total else -math.inf  # only NaN differs from itself
