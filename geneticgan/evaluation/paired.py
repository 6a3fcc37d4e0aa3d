"""Compares two methods over the same seeds: difference, confidence interval and p values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

MIN_SEEDS = 3
"""With fewer common seeds there is no test and no interval: two differences say too little about
their own spread."""

MIN_SPREAD = 1e-6
"""Standard deviation of the differences, in percentage points, below which it is rounding error."""

MIN_WILCOXON_SEEDS = 6
"""With n seeds Wilcoxon's signed-rank test gives no p below 2 / 2**n, which for five is .0625."""

CONFIDENCE = 0.95
"""Confidence level of the interval."""


@dataclass(frozen=True)
class Paired:
    """Compares a reference with another method on the seeds that both were run with.

    Attributes
    ----------
    seeds : int
        Number of seeds that both were run with.
    difference : float or None
        Mean of reference minus other, in percentage points; None without a common seed.
    interval : (float, float) or None
        95 % confidence interval of the mean difference, by Student's t; None if there is too
        little data (see `MIN_SEEDS` and `MIN_SPREAD`).
    t_test : float or None
        p value of the paired t-test; None under the same conditions.
    wilcoxon : float or None
        p value of Wilcoxon's signed-rank test; None with fewer than `MIN_WILCOXON_SEEDS` seeds,
        with which it could never be below .05, or if nothing differs.
    holm : float or None
        ``t_test`` after Holm's correction for all comparisons of its table.
    same : bool
        Whether no pair differs by more than rounding error, given enough seeds.
    """

    seeds: int
    difference: float | None = None
    interval: tuple[float, float] | None = None
    t_test: float | None = None
    wilcoxon: float | None = None
    holm: float | None = None
    same: bool = False

    @property
    def verdict(self) -> str:
        """The verdict on the reference: ``ahead``, ``behind``, ``tie`` or ``not enough``."""
        p = self.t_test if self.holm is None else self.holm
        if self.same:
            return "tie"
        if p is None or self.difference is None:
            return "not enough"
        if p >= 1 - CONFIDENCE:
            return "tie"
        return "ahead" if self.difference > 0 else "behind"


def paired(ours: Sequence[float], theirs: Sequence[float]) -> Paired:
    """Compare two methods, pair by pair.

    Parameters
    ----------
    ours, theirs : sequence of float
        Equally many scores in percent; the same position is the same seed.
    """
    differences = np.subtract(ours, theirs)
    count = len(differences)
    if count == 0:
        return Paired(0)
    mean = float(differences.mean())
    differs = np.abs(differences) > MIN_SPREAD
    wilcoxon = None
    if count >= MIN_WILCOXON_SEEDS and differs.any():
        # A pair that differs by rounding error is tied, and equal sizes must have equal ranks.
        rounded = np.where(differs, differences, 0.0).round(6)
        wilcoxon = float(stats.wilcoxon(rounded).pvalue)
    if count < MIN_SEEDS or float(differences.std(ddof=1)) < MIN_SPREAD:
        same = count >= MIN_SEEDS and not differs.any()
        return Paired(count, mean, wilcoxon=wilcoxon, same=same)
    result = stats.ttest_1samp(differences, 0.0)
    low, high = result.confidence_interval(CONFIDENCE)
    return Paired(count, mean, (float(low), float(high)), float(result.pvalue), wilcoxon)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p values after Holm's step-down correction (1979), in the same order.

    Parameters
    ----------
    p_values : sequence of float
        p values in [0, 1], one for each comparison.
    """
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    corrected, highest = [math.nan] * len(p_values), 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[i]))
        corrected[i] = highest
    return corrected
