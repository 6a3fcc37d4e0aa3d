"""SMOTE: the classifier network on data oversampled by interpolation in pixel space."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from imblearn.over_sampling import SMOTE

from geneticgan.data.dataset import Images, Int64Array
from geneticgan.data.sampling import BatchSource
from geneticgan.data.stores import Batches
from geneticgan.errors import DataError
from geneticgan.methods.classifier import ClassifierMethod
from geneticgan.methods.contract import CLASSIFIER_RATES, OF_GANS, Task, Trials


class Smote(ClassifierMethod):
    """SMOTE (Chawla et al. 2002): minority images are interpolated between near neighbours.

    The AGGAN paper names it as related work and gives no settings. Here it is imbalanced-learn's,
    on pixels, up to the size of the largest class. Batches draw the classes evenly.

    Parameters
    ----------
    k : int
        The number of neighbours of the same class; in a smaller class, all other images.
    """

    key = "smote"
    title = "SMOTE"
    version: ClassVar[int] = 2
    unused: ClassVar[frozenset[str]] = OF_GANS - {"oversampling"}
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
    """Return the training images and those that a sampler adds in pixel space.

    Parameters
    ----------
    task : Task
        The task whose training part is resampled.
    make : callable
        Makes an imbalanced-learn sampler from a number of neighbours and a seed.
    k : int
        The number of neighbours.

    Raises
    ------
    DataError
        If a class has only one image, which has no neighbour.
    """
    split, counts = task.split, task.split.train_counts
    if min(counts) < 2:
        raise DataError(
            "SMOTE needs at least two training images of each class; raise the counts or use "
            "--validation-fraction 0"
        )
    train = split.train
    flat = train.pixels.reshape(len(train), -1).astype(np.float32)
    points, labels = added(flat, train.labels, make, k, task.config.seed)
    pixels = points.round().clip(0, 255).astype(np.uint8).reshape(-1, *train.pixels.shape[1:])
    return Images(np.concatenate([train.pixels, pixels]), np.concatenate([train.labels, labels]))


def added(
    points: npt.NDArray[np.float32], labels: Int64Array, make: Any, k: int, seed: int
) -> tuple[npt.NDArray[np.float32], Int64Array]:
    """Return the points (M, F) that a sampler adds, and their labels (M,), class by class.

    Each class has its own sampler, with at most as many neighbours as the class has, so that a
    tiny class does not limit the others. A class with a single point stays unchanged.

    Parameters
    ----------
    points : array of float32
        The points, shape (N, F).
    labels : array of int64
        The labels, shape (N,).
    make : callable
        As for `resampled`.
    k, seed : int
        The number of neighbours; the seed of the samplers.
    """
    counts = np.bincount(labels)
    found, their = [points[:0]], [labels[:0]]
    for label in np.flatnonzero((counts > 1) & (counts < counts.max())):
        sampler = make(min(k, int(counts[label]) - 1), seed)
        sampler.set_params(sampling_strategy={int(label): int(counts.max())})
        more, of_them = sampler.fit_resample(points, labels)
        found.append(more[len(points) :].astype(np.float32))
        their.append(of_them[len(points) :].astype(np.int64))
    return np.concatenate(found), np.concatenate(their)


def oversampled_batches(images: Images, task: Task) -> Batches:
    """Return a function that draws the classes evenly from oversampled images."""
    config = task.config
    source = BatchSource(
        images, task.split.classes, config.seed, "classifier", task.device, config.images_on
    )
    return source.balanced(config.batch_size, config.oversampling)
