"""SMOTE as a method: how many neighbours a class has."""

import dataclasses

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE

from geneticgan.data.dataset import Images
from geneticgan.methods.smote import added, resampled


def test_a_tiny_class_takes_no_neighbours_away_from_the_others():
    asked = []

    def make(k, seed):
        asked.append(k)
        return SMOTE(k_neighbors=k, random_state=seed)

    points = np.random.default_rng(0).normal(size=(32, 4)).astype(np.float32)
    labels = np.repeat([0, 1, 2], [20, 9, 3]).astype(np.int64)
    found, of_them = added(points, labels, make, 5, 0)
    assert asked == [5, 2]
    assert np.bincount(of_them).tolist() == [0, 11, 17]
    assert found.shape == (28, 4)


def test_balanced_classes_get_nothing(task):
    train = task.split.train
    few = np.concatenate([np.flatnonzero(train.labels == label)[:4] for label in range(3)])
    balanced = Images(train.pixels[few], train.labels[few])
    task = dataclasses.replace(task, split=dataclasses.replace(task.split, train=balanced))
    found = resampled(task, lambda k, seed: SMOTE(k_neighbors=k, random_state=seed), 5)
    np.testing.assert_array_equal(found.pixels, balanced.pixels)
    assert len(found) == pytest.approx(12)
