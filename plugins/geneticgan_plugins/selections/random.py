"""Random selection."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from geneticgan.annealing.fitness import weighted_sum
from geneticgan.annealing.selection import COMPARING, COOLING, Selection, broods


class Random(Selection):
    """A random offspring that did not fail replaces its parent: a baseline for every fitness.

    Parameters
    ----------
    accept : float
        Probability, in [0, 1], that an offspring replaces its parent at all.
    below : float
        Temperature below which ``accept`` applies; otherwise every offspring is accepted, as in
        annealing at high temperature.
    """

    def __init__(self, accept: float = 1.0, below: float = math.inf) -> None:
        if not 0 <= accept <= 1:
            raise ValueError(f"accept must be in [0, 1], got {accept}")
        if math.isnan(below):
            raise ValueError("below must be a number")
        self.accept = accept
        self.below = below
        self.unused = COMPARING | (COOLING if accept == 1 or below == math.inf else frozenset())

    def select(
        self, individuals: Sequence[Any], k: int, *, temperature: float, rng: np.random.Generator
    ) -> list[Any]:
        """Return an offspring of each parent, or the parent."""
        accept = self.accept if temperature < self.below else 1.0
        parents = list(individuals[:k])
        survivors = []
        for parent, brood in zip(parents, broods(parents, individuals[k:]), strict=True):
            usable = [one for one in brood if weighted_sum(one.fitness) > -math.inf]
            draw = rng.random()  # for every parent, even without offspring
            replaced = usable and (accept == 1 or rng.random() < accept)
            survivors.append(usable[int(draw * len(usable))] if replaced else parent)
        return survivors
