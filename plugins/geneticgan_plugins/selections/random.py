"""Selection that does not look."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from geneticgan.evolution.fitness import weighted_sum
from geneticgan.evolution.selection import Selection, broods


class Random(Selection):
    """Any living offspring takes its parent's place: what the fitness has to be better than.

    Temperature is not looked at.
    """

    def select(
        self, individuals: Sequence[Any], k: int, *, temperature: float, rng: np.random.Generator
    ) -> list[Any]:
        """Return one living offspring of each parent, or the parent if there is none."""
        parents = list(individuals[:k])
        survivors = []
        for parent, brood in zip(parents, broods(parents, individuals[k:]), strict=True):
            living = [one for one in brood if weighted_sum(one.fitness) > -math.inf]
            draw = rng.random()  # one a parent, whatever there is to choose from
            survivors.append(living[int(draw * len(living))] if living else parent)
        return survivors
