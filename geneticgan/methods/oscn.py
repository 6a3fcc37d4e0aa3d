"""Os+CN: the classifier network on randomly oversampled data (the paper's second baseline)."""

from __future__ import annotations

from collections.abc import Callable

import torch

from geneticgan.config import TrainConfig
from geneticgan.data.sampling import BatchSource
from geneticgan.data.splits import Split
from geneticgan.methods.classifier import ClassifierMethod
from geneticgan.training.environment import Batch


class OsCN(ClassifierMethod):
    """Every class is equally likely in a batch; minority images are repeated."""

    key = "oscn"
    title = "Os+CN"

    def batches(
        self, split: Split, config: TrainConfig, device: torch.device
    ) -> Callable[[int], Batch]:
        """Draw the classes evenly."""
        source = BatchSource(
            split.train, split.classes, config.seed, "classifier", device, config.images_on
        )
        return source.balanced(config.batch_size, config.oversampling)
