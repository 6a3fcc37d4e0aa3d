"""Truncation selection over the pool of all offspring."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from geneticgan.annealing.fitness import weighted_sum
from geneticgan.annealing.selection import COOLING, Selection


class Best(Selection):
    """The mu best of all offspring, whichever their parents (Wang et al. 2019, Algorithm 1).

    This is what E-GAN does with several parents: two offspring of one parent may survive, and none
    of another. Parents never survive, as in an evolution strategy with comma selection; but if
    failures leave fewer offspring than there are places, the best parents fill the rest.
    Temperature is not used. With one parent it is the same as ``always``.
    """

    unused = COOLING
    takes_any = True

    def select(
        self, individuals: Sequence[Any], k: int, *, temperature: float, rng: np.random.Generator
    ) -> list[Any]:
        """Return the k best offspring; parents only if too many offspring failed."""
        parents, offspring = list(individuals[:k]), individuals[k:]
        usable = [one for one in offspring if weighted_sum(one.fitness) > -math.inf]
        chosen = sorted(usable, key=lambda one: weighted_sum(one.fitness), reverse=True)[:k]
        ranked = sorted(range(k), key=lambda i: weighted_sum(parents[i].fitness), reverse=True)
        stays = set(ranked[: k - len(chosen)])
        born = iter(chosen)
        return [parent if i in stays else next(born) for i, parent in enumerate(parents)]
