"""scikit-learn's digits: real, embedded, no download."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from geneticgan.data.dataset import Dataset, Images, Source
from geneticgan.data.imbalances.exponential import exponential_counts

TEST_PER_CLASS = 50
LARGEST = 120
RATIO = 20.0


class Digits(Dataset):
    """Handwritten digits of 8 x 8 pixels, carried by scikit-learn (UCI Optical Recognition).

    The test part, 50 images of each class, is the same whatever the run's seed. The default
    imbalance falls geometrically from 120 images of "0" to 6 of "9".
    """

    def load(self) -> Source:
        """Read the images from the installed scikit-learn."""
        bunch = load_digits()
        pixels = np.round(bunch.images * (255 / 16)).astype(np.uint8)[:, None]
        labels = bunch.target.astype(np.int64)
        train, test = [], []
        for label in range(10):
            rest, held = train_test_split(
                np.flatnonzero(labels == label), test_size=TEST_PER_CLASS, random_state=0
            )
            train.append(rest)
            test.append(held)
        everything = Images(pixels, labels)
        return Source(
            everything.take(np.concatenate(train)),
            everything.take(np.concatenate(test)),
            tuple(str(label) for label in range(10)),
            exponential_counts(LARGEST, 10, RATIO),
        )
