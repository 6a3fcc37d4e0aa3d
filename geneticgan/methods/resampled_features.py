"""Features that over-samplers add to the smaller classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from imblearn.over_sampling import SMOTE, BorderlineSMOTE

from geneticgan.data.dataset import Int64Array
from geneticgan.methods.generated_features import generated_features
from geneticgan.methods.linear_head import Rows
from geneticgan.methods.smote import added

NEIGHBOURS = 5

Add = Callable[[npt.NDArray[np.float32], Int64Array, int], Rows]
"""Maps features (N, F), labels (N,) and a seed to the features and labels to be added."""


def _interpolated(sampler: Callable[..., Any]) -> Add:
    def add(features: npt.NDArray[np.float32], labels: Int64Array, seed: int) -> Rows:
        def make(k: int, seed: int) -> Any:
            return sampler(k_neighbors=k, random_state=seed)

        return added(features, labels, make, NEIGHBOURS, seed)

    return add


RESAMPLES: Mapping[str, Add | None] = MappingProxyType(
    {
        "none": None,
        "smote": _interpolated(SMOTE),
        "borderline-smote": _interpolated(BorderlineSMOTE),
        "aggan": generated_features,
    }
)
"""Maps a name to what returns the features to be added."""


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
    add = RESAMPLES[how]
    if add is None:
        return features, labels
    more, of_them = add(features, labels, seed)
    return np.concatenate([features, more]), np.concatenate([labels, of_them])
