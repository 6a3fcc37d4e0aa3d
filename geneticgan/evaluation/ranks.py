"""Compares methods over several data sets by average rank (Demsar 2006)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

LEVEL = 0.05
"""Significance level of the Nemenyi test."""

DECIMALS = 9
"""Means in percent that are equal to this many decimals are tied and share a rank."""


@dataclass(frozen=True)
class Ranks:
    """How methods rank over data sets.

    Attributes
    ----------
    average : dict of str to float
        Average rank of each method, best first; 1 is best, and ties share the mean rank.
    datasets : int
        Number of data sets.
    critical_difference : float
        Least difference of average ranks that is significant in the Nemenyi test at `LEVEL`.
    friedman : float or None
        p value of Friedman's test that all methods are equivalent; None with two methods, or if
        all methods tie everywhere.
    """

    average: Mapping[str, float]
    datasets: int
    critical_difference: float
    friedman: float | None

    def groups(self) -> list[tuple[str, ...]]:
        """Return the largest groups of methods without a significant difference, best first."""
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
        The methods' mean scores for each data set; higher is better.

    Returns
    -------
    Ranks or None
        The ranks; None with fewer than two data sets, or fewer than two methods on all of them.
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
        Numbers k >= 2 of methods and N >= 1 of data sets.
    """
    quantile = float(stats.studentized_range.ppf(1 - LEVEL, methods, math.inf)) / math.sqrt(2)
    return quantile * math.sqrt(methods * (methods + 1) / (6 * datasets))
