"""The contract suite of imbalances."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from geneticgan.data.dataset import Dataset, Images, Source
from geneticgan.data.imbalance import Imbalance, draw_subset
from geneticgan.data.loaded import classes_fault, counts_fault, form_fault
from geneticgan.testing.contract import Contract, expect
from geneticgan.testing.world import CLASSES, SIZE

AVAILABLE = (400, 300, 250)
DEFAULT = (200, 100, 20)
NAMES = tuple("abc"[:CLASSES])


class ImbalanceContract(Contract):
    """The contract of imbalances; subclass it and define `make`."""

    @abstractmethod
    def make(self) -> Imbalance:
        """Return a fresh imbalance that suits three classes of 400, 300 and 250 images."""

    def test_it_takes_no_more_images_than_there_are(self) -> None:
        """It also takes at least one image of each class that it loads."""
        source = self.make().load(_World())
        available = source.train.counts(len(source.class_names))
        wanted = self.make().counts(available, source.default_counts, _World.largest)
        fault = counts_fault(wanted, available)
        expect(not fault, fault)
        if wanted is None:
            return
        expect(
            all(1 <= count <= have for count, have in zip(wanted, available, strict=True)),
            f"{wanted} images of {tuple(available)}",
        )
        rng = np.random.default_rng(0)
        subset = draw_subset(source.train.labels, wanted, source.class_names, rng)
        expect(len(subset) == sum(wanted), "a subset of these counts cannot be drawn")

    def test_it_loads_at_least_two_classes_in_both_parts(self) -> None:
        """With one class there is nothing to learn."""
        source = self.make().load(_World())
        fault = form_fault(source) or classes_fault(source)
        expect(not fault, fault)

    def test_asked_twice_it_says_the_same(self) -> None:
        """Only a run's seed is random, and it determines which images are drawn, not how many."""
        imbalance, again = self.make(), self.make()
        first = [imbalance.counts(AVAILABLE[:n], DEFAULT[:n], 300) for n in (2, 2)]
        expect(first[0] == first[1], f"asked twice it said {first[0]} and {first[1]}")
        other = again.counts(AVAILABLE[:2], DEFAULT[:2], 300)
        expect(first[0] == other, f"made twice it said {first[0]} and {other}")


class _World(Dataset):
    """A data set that suits every imbalance of this package."""

    pair = (NAMES[0], NAMES[-1])
    largest = 300

    def load(self) -> Source:
        return Source(_images(AVAILABLE), _images((5, 5, 5)), NAMES, DEFAULT)


def _images(counts: tuple[int, ...]) -> Images:
    labels = np.repeat(np.arange(CLASSES, dtype=np.int64), counts)
    return Images(np.zeros((len(labels), 1, SIZE, SIZE), dtype=np.uint8), labels)
