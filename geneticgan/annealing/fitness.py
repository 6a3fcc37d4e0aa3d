"""Quality, diversity and how they add: the fitness of equations 2-4."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from deap import base

DEAD: tuple[float, float] = (-math.inf, -math.inf)
"""Fitness values of an offspring that cannot win (DESIGN: non-finite loss, gradient or fitness)."""


class SumFitness(base.Fitness):  # type: ignore[misc]  # DEAP ships no types
    """A DEAP fitness compared by the weighted sum of its values.

    DEAP compares lexicographically, which would make the second value a mere tie-break. Here
    ``a > b`` when the weighted sum is larger, ties being broken lexicographically so that order
    and equality agree. ``wvalues`` stay separate: DEAP's multi-objective selections
    (``selNSGA2``) see two objectives on the same individuals. A weight of 0 is allowed.

    Parameters
    ----------
    weights : sequence of float
        One weight a value; an instance's own, so that no global class has to be created.
    values : sequence of float
        Empty for a fitness not yet evaluated.
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
        # A weight of 0 removes its value, even a dead one's -inf (0 * -inf would be NaN).
        self.wvalues = tuple(
            value * weight if weight else 0.0
            for value, weight in zip(self._values, self.weights, strict=True)
        )

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

    Works on any DEAP fitness; NaN counts as dead (-inf).
    """
    total = float(sum(fitness.wvalues))
    return -math.inf if math.isnan(total) else total


def quality(source_logits: torch.Tensor) -> torch.Tensor:
    """Return the mean probability of being real: E_z[sigmoid(D_src(G(z)))] (equation 2).

    Parameters
    ----------
    source_logits : Tensor
        Shape (B,), the discriminator's source logits on generated images.

    Returns
    -------
    Tensor
        Scalar in [0, 1].
    """
    return torch.sigmoid(source_logits).mean()


def diversity(gradients: Iterable[torch.Tensor]) -> torch.Tensor:
    """Return minus the log of the discriminator's gradient norm (equation 3).

    Parameters
    ----------
    gradients : iterable of Tensor
        The gradient of the discriminator's loss, a tensor a parameter.

    Returns
    -------
    Tensor
        Scalar; +inf for a vanishing gradient, NaN or -inf for a non-finite one.
    """
    return -torch.log(torch.nn.utils.get_total_norm(list(gradients)))
