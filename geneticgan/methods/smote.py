"""SMOTE: the classifier network on data oversampled by interpolation in pixel space."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from imblearn.over_sampling import SMOTE

from geneticgan.data.dataset import Images
from geneticgan.data.sampling import BatchSource
from geneticgan.data.stores import Batches
from geneticgan.errors import DataError
from geneticgan.methods.classifier import ClassifierMethod
from geneticgan.methods.contract import CLASSIFIER_RATES, Task, Trials


class Smote(ClassifierMethod):
    """SMOTE (Chawla et al. 2002): minority images are interpolated between near neighbours.

    The paper at hand names it as related work and gives no setting: imbalanced-learn's, on pixels,
    up to the size of the largest class. Batches draw the classes evenly.

    Parameters
    ----------
    k : int
        Neighbours of the same class; fewer where a class is smaller.
    """

    key = "smote"
    title = "SMOTE"
    trials: ClassVar[Trials] = (
        *CLASSIFIER_RATES,
        {"k": 3},
        {"k": 10},
        {"weight_decay": 0.05},
    )

    def __init__(self, k: int = 5) -> None:
        if k < 1:
            raise ValueError(f"k must be at least 1, got {k}")
        self.k = k

    def batches(self, task: Task) -> Batches:
        """Draw the classes evenly from the oversampled images."""
        images = resampled(task, lambda k, seed: SMOTE(k_neighbors=k, random_state=seed), self.k)
        return oversampled_batches(images, task)


def resampled(task: Task, make: Any, k: int) -> Images:
    """Return the training images with a sampler's added, in pixel space.

    Parameters
    ----------
    task : Task
        Whose training part it is.
    make : callable
        From a number of neighbours and a seed to an imbalanced-learn sampler.
    k : int
        Neighbours wanted.

    Raises
    ------
    DataError
        If a class has a single image, which has no neighbour.
    """
    split = task.split
    smallest = min(split.train_counts)
    if smallest < 2:
        raise DataError(
            "SMOTE needs at least two training images of each class; raise the counts or use "
            "--validation-fraction 0"
        )
    train = split.train
    flat = train.pixels.reshape(len(train), -1).astype(np.float32)
    sampler = make(min(k, smallest - 1), task.config.seed)
    points, labels = sampler.fit_resample(flat, train.labels)
    pixels = points.round().clip(0, 255).astype(np.uint8).reshape(-1, *train.pixels.shape[1:])
    return Images(pixels, labels.astype(np.int64))


def oversampled_batches(images: Images, task: Task) -> Batches:
    """Return what draws the classes evenly from images that were added to."""
    config = task.config
    source = BatchSource(
        images, task.split.classes, config.seed, "classifier", task.device, config.images_on
    )
    return source.balanced(config.batch_size, config.oversampling)
