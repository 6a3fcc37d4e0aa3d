"""Differences over repeated splits of the same images, whose training sets overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

CONFIDENCE = 0.95
"""Confidence level of the interval."""


@dataclass(frozen=True)
class Resampled:
    """A mean difference over repeated splits.

    Attributes
    ----------
    mean : float
        The mean, in percentage points.
    standard_error : float
        Standard error of the mean over these splits, >= 0; NaN with one split.
    half_width : float
        Half the width of the 95 % interval for other images of the same kind, >= 0; NaN with one
        split.
    """

    mean: float
    standard_error: float
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
        return Resampled(float(differences.mean()), math.nan, math.nan)
    variance = float(differences.var(ddof=1))
    corrected = (1 / count + held_out / (1 - held_out)) * variance
    quantile = float(stats.t.ppf((1 + CONFIDENCE) / 2, count - 1))
    return Resampled(
        float(differences.mean()), math.sqrt(variance / count), quantile * math.sqrt(corrected)
    )
