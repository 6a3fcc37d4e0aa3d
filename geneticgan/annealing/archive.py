"""The non-dominated individuals found so far, in a limited number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.cluster.hierarchy import cut_tree, linkage


def values_of(individual: Any) -> tuple[float, ...]:
    """Return the weighted values of a DEAP fitness, each of which is maximised."""
    return tuple(individual.fitness.wvalues)


def dominates(one: Any, other: Any) -> bool:
    """Return whether an individual is no worse in any objective and better in at least one."""
    pairs = list(zip(values_of(one), values_of(other), strict=True))
    return all(a >= b for a, b in pairs) and any(a > b for a, b in pairs)


class Archive:
    """AMOSA's archive: mutually non-dominated individuals, thinned by clustering.

    Parameters
    ----------
    hard : int
        How many individuals remain after thinning (the paper's HL), >= 1.
    soft : int
        The number of individuals above which it is thinned (the paper's SL), >= hard.

    Raises
    ------
    ValueError
        If the limits are out of their ranges.
    """

    def __init__(self, hard: int = 100, soft: int = 200) -> None:
        if not 1 <= hard <= soft:
            raise ValueError(f"1 <= hard <= soft must hold, got hard {hard} and soft {soft}")
        self.hard = hard
        self.soft = soft
        self._members: list[Any] = []

    def __iter__(self) -> Iterator[Any]:
        """Yield the individuals in the order in which they were added."""
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def dominating(self, individual: Any) -> list[Any]:
        """Return the members that dominate an individual."""
        return [member for member in self._members if dominates(member, individual)]

    def add(self, individual: Any) -> None:
        """Add an individual that no member dominates, and remove those that it dominates.

        An individual that failed (with an infinite or undefined value) is not added, nor is one
        added twice.
        """
        if not all(map(math.isfinite, values_of(individual))):
            return
        staying = [one for one in self._members if not dominates(individual, one)]
        if not any(one is individual for one in staying):
            staying.append(individual)
        self._members = staying
        if len(staying) > self.soft:
            self._members = self._thinned()

    def ranges(self, *others: Any) -> list[float]:
        """Return the range of every objective over the members and some others, all finite."""
        table = np.array([values_of(one) for one in (*self._members, *others)])
        return [float(each) for each in np.ptp(table, axis=0)]

    def _thinned(self) -> list[Any]:
        """Return one member of each of ``hard`` single-linkage clusters: the most central one."""
        points = np.array([values_of(one) for one in self._members])
        tree = linkage(points, "single")
        clusters = cut_tree(tree, n_clusters=self.hard)[:, 0]  # exactly this many, even with ties
        kept = []
        for cluster in np.unique(clusters):
            places = np.flatnonzero(clusters == cluster)
            apart = np.linalg.norm(points[places][:, None] - points[places][None], axis=2)
            kept.append(int(places[apart.sum(axis=1).argmin()]))
        return [self._members[place] for place in sorted(kept)]
