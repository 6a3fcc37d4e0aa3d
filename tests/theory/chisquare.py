"""Pearson's chi-square test of counts against exact distributions, and its power."""

import numpy as np
from scipy.stats import chi2, ncx2

LEVEL = 1e-3
"""Of every test here: the chance of rejecting what is right, had the seeds not been fixed."""

FEWEST = 5
"""Expected counts below this are pooled, as the distribution of the statistic is a limit."""


def p_value(counts, exact):
    """Test rows of counts against rows of probabilities; 0 if the impossible was counted."""
    if counts[exact == 0].any():
        return 0.0
    statistic, freedom = 0.0, 0
    for row, probabilities in zip(counts, exact, strict=True):
        expected = row.sum() * probabilities
        for cells in (groups := _pooled(expected)):
            statistic += (row[cells].sum() - expected[cells].sum()) ** 2 / expected[cells].sum()
        freedom += max(len(groups) - 1, 0)
    return chi2.sf(statistic, freedom)


def power(visits, exact, wrong):
    """Return the probability of rejecting `exact` at `LEVEL` when the truth is `wrong`.

    From the noncentral chi-square distribution, and the Poisson number of counts that would be
    impossible; `visits` is how many counts each row is expected to have under `wrong`.
    """
    noncentrality, freedom, impossible = 0.0, 0, 0.0
    for visited, right, otherwise in zip(visits, exact, wrong, strict=True):
        impossible += visited * otherwise[right == 0].sum()
        for cells in (groups := _pooled(visited * right)):
            shift = visited * (otherwise[cells].sum() - right[cells].sum())
            noncentrality += shift**2 / (visited * right[cells].sum())
        freedom += max(len(groups) - 1, 0)
    missed = ncx2.cdf(chi2.isf(LEVEL, freedom), freedom, noncentrality)
    return 1 - np.exp(-impossible) * missed


def _pooled(expected):
    """Group a row's possible cells so that `FEWEST` are expected in each; none if that is one."""
    large = [np.array([cell]) for cell in np.flatnonzero(expected >= FEWEST)]
    small = np.flatnonzero((expected > 0) & (expected < FEWEST))
    if expected[small].sum() >= FEWEST:
        return [*large, small] if large else []
    if small.size and large:
        least = min(range(len(large)), key=lambda index: expected[large[index]].sum())
        large[least] = np.append(large[least], small)
    return large if len(large) > 1 else []
