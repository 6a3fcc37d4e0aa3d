"""Borderline-SMOTE: SMOTE from the images that lie near other classes."""

from __future__ import annotations

from typing import ClassVar

from imblearn.over_sampling import BorderlineSMOTE

from geneticgan.data.stores import Batches
from geneticgan.methods.classifier import ClassifierMethod
from geneticgan.methods.contract import CLASSIFIER_RATES, OF_GANS, Task, Trials
from geneticgan.methods.smote import oversampled_batches, resampled


class BorderlineSmote(ClassifierMethod):
    """Borderline-SMOTE (Han et al. 2005): interpolates from images most of whose neighbours differ.

    Otherwise as `geneticgan.methods.smote.Smote`. A class without such images gains none; its
    images are repeated, since classes are drawn evenly.

    Parameters
    ----------
    k : int
        The number of neighbours of the same class to interpolate to; in a smaller class, all.
    m : int
        The number of neighbours of any class that decide whether an image is on the border.
    """

    key = "borderline-smote"
    title = "Borderline-SMOTE"
    version: ClassVar[int] = 2
    unused: ClassVar[frozenset[str]] = OF_GANS - {"oversampling"}
    trials: ClassVar[Trials] = (
        *CLASSIFIER_RATES,
        {"k": 3},
        {"m": 20},
        {"weight_decay": 0.05},
    )

    def __init__(self, k: int = 5, m: int = 10) -> None:
        if k < 1 or m < 1:
            raise ValueError(f"k and m must be at least 1, got {k} and {m}")
        self.k = k
        self.m = m

    def batches(self, task: Task) -> Batches:
        """Draw the classes evenly from the oversampled images."""

        def make(k: int, seed: int) -> BorderlineSMOTE:
            return BorderlineSMOTE(k_neighbors=k, m_neighbors=self.m, random_state=seed)

        return oversampled_batches(resampled(task, make, self.k), task)
