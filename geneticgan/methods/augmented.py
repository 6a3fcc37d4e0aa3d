"""A fresh classifier on real and generated images (protocol ``augment``)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from geneticgan.data.dataset import Images
from geneticgan.data.sampling import BatchSource
from geneticgan.data.splits import Split
from geneticgan.data.stores import Batches, Pair
from geneticgan.evaluation.generation import generate
from geneticgan.methods.classifier import ClassifierMethod
from geneticgan.methods.cn import classifier_source
from geneticgan.methods.contract import Task
from geneticgan.networks import Generator


def generate_missing(
    generators: Sequence[Generator],
    split: Split,
    seed: int,
    device: torch.device,
    most: int | None = None,
) -> Images:
    """Generate the images that bring every class to the size of the largest, or to ``most``."""
    counts = np.asarray(split.train_counts)
    wanted = counts.max() if most is None else min(counts.max(), most)
    missing = np.maximum(wanted - counts, 0)
    labels = np.repeat(np.arange(split.classes, dtype=np.int64), missing)
    if len(labels) == 0:
        return Images(split.train.pixels[:0], labels)
    images = generate(generators, torch.from_numpy(labels), seed, device)
    return Images(images.numpy(), labels)


class Augmented(ClassifierMethod):
    """A classifier trained on the balanced data set that ``geneticgan augment`` writes.

    A batch holds ``batch_size`` real images, each equally likely, plus generated ones in the
    proportion that they have in the balanced set. The method thus sees as many real images as the
    others.

    Parameters
    ----------
    generated : Images
        The images that `generate_missing` made.
    """

    key = "augmented"
    title = "CN on real + generated"

    def __init__(self, generated: Images) -> None:
        self.generated = generated

    def batches(self, task: Task) -> Batches:
        """Draw real images uniformly, and add generated ones."""
        split, config = task.split, task.config
        share = round(config.batch_size * len(self.generated) / len(split.train))
        real_batches = classifier_source(task).natural(config.batch_size)
        if share == 0:
            return real_batches
        fake = BatchSource(self.generated, split.classes, config.seed, "generated", task.device)
        fake_batches = fake.natural(share)

        def draw(number: int) -> Pair:
            images, labels = real_batches(number)
            more_images, more_labels = fake_batches(number)
            return torch.cat([images, more_images]), torch.cat([labels, more_labels])

        return draw
