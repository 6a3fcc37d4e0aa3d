"""DEAP's NSGA-II."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from deap import tools

from geneticgan.annealing.fitness import weighted_sum
from geneticgan.annealing.selection import COOLING, Selection


class NSGA2(Selection):
    """Parents and offspring in one pool, by Pareto rank and crowding (Deb et al. 2002).

    Quality and diversity are two objectives, and lambda only scales one of them. Temperature is
    not used. It makes sense only with a ``--population`` of several.
    """

    unused = COOLING

    def select(
        self, individuals: Sequence[Any], k: int, *, temperature: float, rng: np.random.Generator
    ) -> list[Any]:
        """Return the k best by `deap.tools.selNSGA2`; failed ones only if nothing else is left."""
        parents = list(individuals[:k])
        usable = [one for one in individuals if weighted_sum(one.fitness) > -math.inf]
        lacking = [one for one in parents if one not in usable][: max(0, k - len(usable))]
        chosen = [*tools.selNSGA2(usable, min(k, len(usable))), *lacking] if usable else lacking
        stays = {id(one) for one in chosen}
        born = iter([one for one in chosen if not any(one is parent for parent in parents)])
        return [parent if id(parent) in stays else next(born) for parent in parents]
