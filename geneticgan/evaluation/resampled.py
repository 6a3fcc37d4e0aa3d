"""Differences over repeated splits of the same images, whose training sets overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

CONFIDENCE = 0.95
"""Confidence level of the interval."""

POWER = 0.8
"""Probability with which a true lead is to be told from chance."""

MOST = 30
"""Splits that are thought of at most."""


@dataclass(frozen=True)
class Resampled:
    """A mean difference over repeated splits.

    Attributes
    ----------
    mean : float
        The mean, in percentage points.
    standard_error : float
        Standard error of the mean over these splits, >= 0; NaN with one split.
    corrected_error : float
        Standard error of the mean for other images of the same kind, >= 0; NaN with one split.
    half_width : float
        Half the width of the 95 % interval for other images of the same kind, >= 0; NaN with one
        split.
    """

    mean: float
    standard_error: float
    corrected_error: float
    half_width: float


def resampled(ours: Sequence[float], theirs: Sequence[float], held_out: float) -> Resampled:
    """Compare two methods, split by split.

    The interval is that of the corrected resampled t-test (Nadeau and Bengio 2003): splits of the
    same images share most of their training images, so the usual interval is too narrow.

    Parameters
    ----------
    ours, theirs : sequence of float
        Equally many scores in percent; the same position is the same split.
    held_out : float
        Share of the images that each split held out, in [0, 1). With 0 the runs differ only in
        their seeds, and the interval is the usual one, for chance in training but not in the
        choice of images.
    """
    differences = np.subtract(ours, theirs)
    count = len(differences)
    if count < 2:
        return Resampled(float(differences.mean()), math.nan, math.nan, math.nan)
    variance = float(differences.var(ddof=1))
    corrected = math.sqrt((1 / count + held_out / (1 - held_out)) * variance)
    quantile = float(stats.t.ppf((1 + CONFIDENCE) / 2, count - 1))
    return Resampled(
        float(differences.mean()), math.sqrt(variance / count), corrected, quantile * corrected
    )


def splits_to_tell(lead: Resampled, count: int, held_out: float) -> int | None:
    """Return how many splits are likely to tell a lead from chance, were it the true one.

    Parameters
    ----------
    lead : Resampled
        As measured; its mean is > 0.
    count : int
        Splits by which it was measured, >= 2; by few of them the spread is known poorly.
    held_out : float
        As in `resampled`. With it an interval stays, however many splits there are.

    Returns
    -------
    int or None
        More than ``count`` and at most `MOST`; None if these are too few.
    """
    variance = count * lead.standard_error**2
    for number in range(count + 1, MOST + 1):
        quantiles = stats.t.ppf([(1 + CONFIDENCE) / 2, POWER], number - 1)
        corrected = (1 / number + held_out / (1 - held_out)) * variance
        if lead.mean >= float(quantiles.sum()) * math.sqrt(corrected):
            return number
    return None
