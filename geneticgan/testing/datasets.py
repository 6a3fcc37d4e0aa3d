"""The contract suite of data sets."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from geneticgan.data.dataset import Dataset
from geneticgan.testing.contract import Contract, expect


class DatasetContract(Contract):
    """The contract of data sets; subclass it and define `make`."""

    @abstractmethod
    def make(self) -> Dataset:
        """Return a fresh data set whose files are available."""

    def test_images_have_the_agreed_form(self) -> None:
        """Images are uint8, channels first, square, with one or three channels."""
        source = self.make().load()
        for name, part in (("train", source.train), ("test", source.test)):
            pixels, labels = part.pixels, part.labels
            expect(pixels.dtype == np.uint8, f"{name} pixels are {pixels.dtype}, not uint8")
            expect(pixels.ndim == 4, f"{name} pixels have shape {pixels.shape}, not (N, C, H, W)")
            expect(pixels.shape[1] in (1, 3), f"{name} images have {pixels.shape[1]} channels")
            expect(pixels.shape[2] == pixels.shape[3], f"{name} images are not square")
            expect(labels.dtype == np.int64, f"{name} labels are {labels.dtype}, not int64")
            expect(len(labels) == len(pixels) > 0, f"{len(labels)} {name} labels of {len(pixels)}")
        same = source.train.pixels.shape[1:] == source.test.pixels.shape[1:]
        expect(same, "training and test images have different shapes")

    def test_every_class_is_in_both_parts(self) -> None:
        """Labels are 0..K-1, and K names are all different."""
        source = self.make().load()
        classes = len(source.class_names)
        expect(classes >= 2, f"{classes} class; at least two are needed")
        expect(len(set(source.class_names)) == classes, "two classes have the same name")
        for name, part in (("training", source.train), ("test", source.test)):
            found = sorted(set(part.labels.tolist()))
            expect(found == list(range(classes)), f"the {name} part has labels {found[:12]}")

    def test_default_counts_can_be_met(self) -> None:
        """The default imbalance needs no more images than there are."""
        source = self.make().load()
        if source.default_counts is None:
            return
        available = source.train.counts(len(source.class_names))
        expect(len(source.default_counts) == len(available), "there must be a count for each class")
        enough = all(w <= h for w, h in zip(source.default_counts, available, strict=True))
        expect(enough, f"counts {source.default_counts} of {available} images")

    def test_loading_twice_gives_the_same_images(self) -> None:
        """A resumed or evaluated run must find the same images."""
        one, other = self.make().load(), self.make().load()
        expect(one.fingerprint == other.fingerprint, "two loads gave different images")
