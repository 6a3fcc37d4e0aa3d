"""CN: the classifier network on the imbalanced data as they are (the paper's baseline)."""

from __future__ import annotations

from collections.abc import Callable

import torch

from geneticgan.config import TrainConfig
from geneticgan.data.sampling import BatchSource
from geneticgan.data.splits import Split
from geneticgan.methods.classifier import ClassifierMethod
from geneticgan.training.environment import Batch


class CN(ClassifierMethod):
    """Every training image is equally likely in a batch."""

    key = "cn"
    title = "CN"

    def batches(
        self, split: Split, config: TrainConfig, device: torch.device
    ) -> Callable[[int], Batch]:
        """Draw as the data are."""
        source = BatchSource(
            split.train, split.classes, config.seed, "classifier", device, config.images_on
        )
        return source.natural(config.batch_size)
