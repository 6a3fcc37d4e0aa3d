"""The contract suite of protocols."""

from __future__ import annotations

import dataclasses
import tempfile
from abc import abstractmethod
from pathlib import Path

import numpy as np
import torch

from geneticgan.config import TrainConfig
from geneticgan.data.dataset import Images, Source
from geneticgan.data.splits import Split, split_source
from geneticgan.evaluation.metrics import Scores
from geneticgan.methods.contract import Fitted, Task
from geneticgan.networks import build_discriminator, build_generator
from geneticgan.protocols.contract import Protocol
from geneticgan.testing.contract import Contract, expect
from geneticgan.testing.world import CLASSES, LATENT, SIZE, WIDTH

COUNTS, HELD_OUT = (12, 8, 6), 0.3


class ProtocolContract(Contract):
    """The contract of protocols; subclass it and define `make`.

    Attributes
    ----------
    shape : (channels, size)
        The shape of the images that are scored.
    """

    shape: tuple[int, int] = (1, SIZE)

    @abstractmethod
    def make(self) -> Protocol:
        """Return a fresh protocol."""

    def test_every_image_is_scored_once(self) -> None:
        """The confusion matrix counts each of the protocol's images under its true class."""
        found, images = _judged(self.make(), self.shape)
        expect(len(images) > 0, "images() returned no image")
        rows = [sum(row) for row in found.confusion]
        expect(
            rows == images.counts(CLASSES),
            f"the rows of the confusion matrix add up to {rows}, but images() has "
            f"{images.counts(CLASSES)} images of the classes",
        )

    def test_the_same_training_is_scored_the_same(self) -> None:
        """All random draws depend only on the seed."""
        one, other = (_judged(self.make(), self.shape)[0] for _ in range(2))
        expect(one == other, "evaluating the same training twice gives different scores")

    def test_a_method_that_generates_nothing_is_no_error(self) -> None:
        """The result is scores or None."""
        _judge(self.make(), self.shape, generators=False)

    def test_what_was_learnt_is_left_as_it_is(self) -> None:
        """Other protocols evaluate the same networks afterwards."""
        fitted = _fitted(self.shape)
        before = {k: v.clone() for k, v in fitted.network.state_dict().items()}
        training = fitted.network.training
        _judge(self.make(), self.shape, fitted=fitted)
        after = fitted.network.state_dict()
        same = all(torch.equal(before[key], after[key]) for key in before)
        expect(same, "judge() changed the weights of the network")
        expect(fitted.network.training == training, "judge() changed the network's training mode")

    def test_predictions_do_not_depend_on_the_labels_they_are_scored_by(self) -> None:
        """An exception is a protocol that sets ``peeks``."""
        if self.make().peeks:
            return
        predicted = [
            np.sum(_judged(self.make(), self.shape, relabel=relabel)[0].confusion, axis=0).tolist()
            for relabel in (False, True)
        ]
        expect(
            predicted[0] == predicted[1],
            "different labels of the scored images change its predictions; a protocol that uses "
            "these labels must set peeks = True",
        )


def _judged(
    protocol: Protocol, shape: tuple[int, int], *, relabel: bool = False
) -> tuple[Scores, Images]:
    found, images = _judge(protocol, shape, relabel=relabel)
    expect(found is not None, "judge() returned no scores despite generators and validation images")
    assert found is not None
    return found, images


def _judge(
    protocol: Protocol,
    shape: tuple[int, int],
    *,
    generators: bool = True,
    relabel: bool = False,
    fitted: Fitted | None = None,
) -> tuple[Scores | None, Images]:
    fitted = fitted or _fitted(shape, generators=generators)
    source, split = parts(shape)
    images = protocol.images(source, split)
    expect(isinstance(images, Images), f"images() returned a {type(images).__name__}, no Images")
    if relabel:
        labels = images.labels.copy()
        labels[np.flatnonzero(labels == 1)[1:]] = 0  # changes the counts but keeps every class
        other = Images(images.pixels, labels)
        if images is split.validation:
            split = dataclasses.replace(split, validation=other)
        else:
            split = dataclasses.replace(split, test=other)
        images = other
    config = TrainConfig(steps=2, width=WIDTH, latent_dim=LATENT, batch_size=6, device="cpu")
    with tempfile.TemporaryDirectory() as folder:
        task = Task(split, config, torch.device("cpu"), Path(folder))
        for observer in protocol.watch(task, images):
            observer.on_network(1, fitted.network)
        found = protocol.judge(fitted, task, images)
    kind = type(found).__name__
    expect(found is None or isinstance(found, Scores), f"judge() returned a {kind}, no Scores")
    return found, images


def parts(shape: tuple[int, int] = (1, SIZE)) -> tuple[Source, Split]:
    """Return a data set of three classes that differ in brightness, and a split of it.

    Parameters
    ----------
    shape : (channels, size)
        The shape of the images.
    """
    channels, size = shape
    rng = np.random.default_rng(0)

    def images(each: int) -> Images:
        labels = np.repeat(np.arange(CLASSES, dtype=np.int64), each)
        # Each class has its own brightness, so that predictions show what was learnt.
        base = 40 + 80 * labels[:, None, None, None]
        noise = rng.integers(-30, 30, (len(labels), channels, size, size))
        return Images((base + noise).clip(0, 255).astype(np.uint8), labels)

    source = Source(images(20), images(5), tuple("abc"[:CLASSES]))
    return source, split_source(source, COUNTS, HELD_OUT, seed=0)


def _fitted(shape: tuple[int, int], *, generators: bool = True) -> Fitted:
    network = build_discriminator(*shape, CLASSES, WIDTH, seed=1)
    made = [build_generator(*shape, CLASSES, WIDTH, LATENT, seed=0)] if generators else []
    return Fitted(network, made)
