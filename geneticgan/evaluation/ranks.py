"""Methods over several data sets: average ranks and the critical difference (Demsar 2006)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

LEVEL = 0.05
"""Of the Nemenyi test."""

DECIMALS = 9
"""Means, in percent, that are equal to so many decimals are ties and share their rank."""


@dataclass(frozen=True)
class Ranks:
    """How methods rank over data sets.

    Attributes
    ----------
    average : dict of str to float
        From a method to its average rank, the best first; 1 is best, ties share the mean rank.
    datasets : int
        How many were ranked over.
    critical_difference : float
        Average ranks that differ by less are not told apart by the Nemenyi test at `LEVEL`.
    friedman : float or None
        p value of Friedman's test that all methods are alike; None with two methods, or where
        all of them tie everywhere.
    """

    average: Mapping[str, float]
    datasets: int
    critical_difference: float
    friedman: float | None

    def groups(self) -> list[tuple[str, ...]]:
        """Return the largest groups of methods that are not told apart, the best first."""
        names = list(self.average)
        found: list[tuple[str, ...]] = []
        for first, name in enumerate(names):
            limit = self.average[name] + self.critical_difference
            group = tuple(each for each in names[first:] if self.average[each] <= limit)
            if len(group) > 1 and not any(set(group) <= set(other) for other in found):
                found.append(group)
        return found


def rank(means: Sequence[Mapping[str, float]]) -> Ranks | None:
    """Rank the methods that were run on every data set.

    Parameters
    ----------
    means : sequence of mapping
        For each data set, from a method to its mean score; higher is better.

    Returns
    -------
    Ranks or None
        None with fewer than two data sets, or fewer than two methods on all of them.
    """
    common = sorted(set.intersection(*(set(each) for each in means))) if means else []
    if len(means) < 2 or len(common) < 2:
        return None
    scores = np.array([[each[method] for method in common] for each in means]).round(DECIMALS)
    ranks = stats.rankdata(-scores, axis=1)
    average = dict(zip(common, map(float, ranks.mean(axis=0)), strict=True))
    ordered = dict(sorted(average.items(), key=lambda item: (item[1], item[0])))
    friedman = None
    if len(common) > 2 and np.ptp(ranks, axis=1).any():
        friedman = float(stats.friedmanchisquare(*scores.T).pvalue)
    return Ranks(ordered, len(means), critical_difference(len(common), len(means)), friedman)


def critical_difference(methods: int, datasets: int) -> float:
    """Return the critical difference of average ranks by the Nemenyi test.

    Demsar (2006), section 3.2.2: ``q * sqrt(k (k + 1) / (6 N))``, where q is the quantile of the
    studentized range over the square root of 2.

    Parameters
    ----------
    methods, datasets : int
        k and N, at least 2 and 1.
    """
    quantile = float(stats.studentized_range.ppf(1 - LEVEL, methods, math.inf)) / math.sqrt(2)
    return quantile * math.sqrt(methods * (methods + 1) / (6 * datasets))
