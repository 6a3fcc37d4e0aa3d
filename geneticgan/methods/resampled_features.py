"""Features that over-samplers add to the smaller classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from imblearn.over_sampling import SMOTE, BorderlineSMOTE

from geneticgan.data.dataset import Int64Array
from geneticgan.methods.linear_head import Rows
from geneticgan.methods.smote import added

NEIGHBOURS = 5

RESAMPLES: Mapping[str, Callable[[int, int], Any] | None] = MappingProxyType(
    {
        "none": None,
        "smote": lambda k, seed: SMOTE(k_neighbors=k, random_state=seed),
        "borderline-smote": lambda k, seed: BorderlineSMOTE(k_neighbors=k, random_state=seed),
    }
)
"""Maps a name to a function that makes a sampler from a number of neighbours and a seed."""


def resampled_features(
    how: str, seed: int, features: npt.NDArray[np.float32], labels: Int64Array
) -> Rows:
    """Return features and labels together with those that a sampler adds.

    Parameters
    ----------
    how : str
        A name in `RESAMPLES`.
    seed : int
        The seed of the sampler.
    features : array of float32
        The features, shape (N, F).
    labels : array of int64
        The labels, shape (N,).
    """
    make = RESAMPLES[how]
    if make is None:
        return features, labels
    more, of_them = added(features, labels, make, NEIGHBOURS, seed)
    return np.concatenate([features, more]), np.concatenate([labels, of_them])
