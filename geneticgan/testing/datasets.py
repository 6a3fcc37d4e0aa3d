"""The contract suite of data sets."""

from __future__ import annotations

from abc import abstractmethod

from geneticgan.data.dataset import Dataset
from geneticgan.data.loaded import classes_fault, form_fault
from geneticgan.testing.contract import Contract, expect


class DatasetContract(Contract):
    """The contract of data sets; subclass it and define `make`."""

    @abstractmethod
    def make(self) -> Dataset:
        """Return a fresh data set whose files are available."""

    def test_images_have_the_agreed_form(self) -> None:
        """Images are uint8, channels first, square, with one or three channels."""
        fault = form_fault(self.make().load())
        expect(not fault, fault)

    def test_every_class_is_in_both_parts(self) -> None:
        """Labels are 0..K-1, and K names are all different."""
        fault = classes_fault(self.make().load())
        expect(not fault, fault)

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
