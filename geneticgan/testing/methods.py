"""The contract suite of methods."""

from __future__ import annotations

import dataclasses
import tempfile
from abc import abstractmethod
from pathlib import Path

import numpy as np
import torch

from geneticgan.config import TrainConfig
from geneticgan.data.dataset import Images
from geneticgan.methods.contract import TRIALS, Fitted, Method, Task
from geneticgan.testing.contract import Contract, expect
from geneticgan.testing.protocols import parts
from geneticgan.testing.world import CLASSES, LATENT, SIZE, WIDTH
from geneticgan.training.interrupt import Interrupted


class MethodContract(Contract):
    """The contract of methods; subclass it and define `make`.

    Attributes
    ----------
    shape : (channels, size)
        The shape of the images that are learnt from.
    """

    shape: tuple[int, int] = (1, SIZE)

    @abstractmethod
    def make(self) -> Method:
        """Return a fresh method."""

    def test_it_classifies_images_of_any_number(self) -> None:
        """The network returns a finite logit of every class for every image."""
        fitted = _fit(self.make(), self.shape)
        expect(isinstance(fitted, Fitted), f"fit() returned a {type(fitted).__name__}, no Fitted")
        network = fitted.network.eval()
        channels, size = self.shape
        for count in (1, 5):
            images = torch.rand((count, channels, size, size)) * 2 - 1
            with torch.no_grad():
                _, logits = network(images)
            shape = tuple(logits.shape)
            expect(shape == (count, CLASSES), f"class logits of {count} images have shape {shape}")
            expect(bool(torch.isfinite(logits).all()), "a class logit is not finite")

    def test_it_is_a_function_of_the_seed(self) -> None:
        """The same seed gives the same weights, and another seed gives different ones."""
        one, again, other = (_weights(self.make(), self.shape, seed=seed) for seed in (0, 0, 1))
        expect(_same(one, again), "the same seed gave other weights")
        expect(not _same(one, other), "another seed gave the same weights")

    def test_it_looks_at_no_test_image(self) -> None:
        """The content of the test part has no influence."""
        plain, blind = (
            _weights(self.make(), self.shape, inverted=inverted) for inverted in (False, True)
        )
        expect(_same(plain, blind), "with other test images it learnt other weights")

    def test_the_images_are_left_as_they_are(self) -> None:
        """Other methods use the same arrays afterwards."""
        task = _task(self.shape, Path())
        before = task.split.train.pixels.copy()
        with tempfile.TemporaryDirectory() as folder:
            self.make().fit(dataclasses.replace(task, folder=Path(folder)))
        expect(np.array_equal(before, task.split.train.pixels), "fit() changed training images")

    def test_a_stop_is_heard(self) -> None:
        """A stop request ends the training."""
        with tempfile.TemporaryDirectory() as folder:
            task = _task(self.shape, Path(folder))
            task.stop.signal_number = 2
            try:
                self.make().fit(task)
            except Interrupted:
                return
        expect(False, "fit() continued after a stop was requested; call task.stop.check()")

    def test_it_is_tuned_with_as_much_effort_as_others(self) -> None:
        """It has as many trials as every method, and the first one changes nothing."""
        trials = self.make().trials
        expect(len(trials) == TRIALS, f"{len(trials)} trials; other methods have {TRIALS}")
        expect(dict(trials[0]) == {}, "the first trial is not the default")

    def test_it_has_a_title_for_tables(self) -> None:
        """The title is a text."""
        title = getattr(self.make(), "title", "")
        expect(isinstance(title, str) and title, "it has no title for tables")


def _task(shape: tuple[int, int], folder: Path, seed: int = 0, *, inverted: bool = False) -> Task:
    _, split = parts(shape)
    if inverted:
        hidden = Images(255 - split.test.pixels, split.test.labels[::-1].copy())
        split = dataclasses.replace(split, test=hidden)
    config = TrainConfig(
        recipe="paper", steps=5, width=WIDTH, latent_dim=LATENT, batch_size=6, validate_every=2,
        seed=seed, device="cpu",
    )  # fmt: skip
    return Task(split, config, torch.device("cpu"), folder / "method")


def _fit(
    method: Method, shape: tuple[int, int], seed: int = 0, *, inverted: bool = False
) -> Fitted:
    with tempfile.TemporaryDirectory() as folder:
        return method.fit(_task(shape, Path(folder), seed, inverted=inverted))


def _weights(
    method: Method, shape: tuple[int, int], seed: int = 0, *, inverted: bool = False
) -> dict[str, torch.Tensor]:
    return dict(_fit(method, shape, seed, inverted=inverted).network.state_dict())


def _same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[k], other[k]) for k in one)
