"""A classifier network trained on batches: what CN, Os+CN and augmentation have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import torch
from torch.nn.functional import cross_entropy

from geneticgan.config import TrainConfig
from geneticgan.data.splits import Split
from geneticgan.networks import Discriminator, build_discriminator
from geneticgan.seeding import numpy_stream
from geneticgan.training.environment import Batch
from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import StopRequest
from geneticgan.training.model import make_adam


class ClassifierMethod(ABC):
    """A way to train the classifier network, which is the discriminator's with its class head.

    All of them see as many real images as AGGAN does: ``steps`` batches of ``batch_size``.

    Attributes
    ----------
    key : str
        Short name, for files.
    title : str
        Name in tables.
    """

    key: str
    title: str

    @abstractmethod
    def batches(
        self, split: Split, config: TrainConfig, device: torch.device
    ) -> Callable[[int], Batch]:
        """Return what draws batch n: images (B, C, H, W) in [-1, 1] and labels (B,)."""

    def build(self, split: Split, config: TrainConfig, device: torch.device) -> Discriminator:
        """Return the network before training; the same start for every method of a seed."""
        channels, size = split.train.pixels.shape[1:3]
        seed = int(numpy_stream(config.seed, "classifier weights").integers(2**31))
        network = build_discriminator(channels, size, split.classes, config.width, seed)
        return network.to(device)

    def fit(
        self,
        split: Split,
        config: TrainConfig,
        device: torch.device,
        observers: Sequence[Observer],
        stop: StopRequest,
    ) -> Discriminator:
        """Train a classifier and return it as it is after the last step.

        Raises
        ------
        Interrupted
            If a stop was asked for.
        """
        network = self.build(split, config, device)
        draw = self.batches(split, config, device)
        optimizer = make_adam(network.parameters(), config.classifier_learning_rate)
        bf16 = torch.autocast(device.type, torch.bfloat16, enabled=config.precision == "bf16")
        for observer in observers:
            observer.on_phase(self.title, config.steps)
        for step in range(config.steps):
            images, labels = draw(step)
            with bf16:
                _, logits = network(images)
            optimizer.zero_grad(set_to_none=True)
            cross_entropy(logits.float(), labels).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            stop.check()
            for observer in observers:
                observer.on_progress(step + 1)
        return network
