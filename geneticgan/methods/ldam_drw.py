"""LDAM-DRW: margins that are larger for rare classes, and weights that begin late."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn
from torch.nn.functional import cross_entropy, linear, normalize

from geneticgan.config import TrainConfig
from geneticgan.data.stores import Batches
from geneticgan.methods.cb_loss import class_weights
from geneticgan.methods.classifier import ClassifierMethod, Objective, augmentation_of, autocast
from geneticgan.methods.cn import classifier_source
from geneticgan.methods.contract import CLASSIFIER_RATES, Task, Trials
from geneticgan.networks import Discriminator
from geneticgan.seeding import numpy_stream, torch_seeded


class CosineHead(nn.Linear):
    """Class logits that are cosines of features and class vectors, times a scale.

    Parameters
    ----------
    features, classes : int
        Of the input and of the output.
    scale : float
        Of the logits, > 0.
    """

    def __init__(self, features: int, classes: int, scale: float) -> None:
        super().__init__(features, classes, bias=False)
        self.scale = scale

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Return logits (B, K) of features (B, F)."""
        return self.scale * linear(normalize(input), normalize(self.weight))


class LdamDrw(ClassifierMethod):
    """LDAM with deferred re-weighting (Cao et al. 2019).

    The logit of the true class is lowered by a margin in proportion to n^(-1/4), the largest being
    ``margin`` (equation 11 of the paper, with its cosine head). Batches are drawn as the data are;
    over the last part of the steps each class is weighed by the inverse of its effective number.

    Parameters
    ----------
    margin : float
        Of the smallest class, in cosines, > 0.
    scale : float
        Of the logits, > 0.
    deferred : float
        Share of the steps before weights begin, in [0, 1].
    beta : float
        Of the effective numbers, in [0, 1).
    """

    key = "ldam-drw"
    title = "LDAM-DRW"
    trials: ClassVar[Trials] = (
        *CLASSIFIER_RATES,
        {"margin": 0.3},
        {"scale": 10.0},
        {"beta": 0.999},
    )

    def __init__(
        self, margin: float = 0.5, scale: float = 30.0, deferred: float = 0.8, beta: float = 0.9999
    ) -> None:
        if not (margin > 0 and scale > 0):
            raise ValueError(f"margin and scale must be > 0, got {margin} and {scale}")
        if not (0 <= deferred <= 1 and 0 <= beta < 1):
            raise ValueError(
                f"deferred must be in [0, 1] and beta in [0, 1), got {deferred} and {beta}"
            )
        self.margin = margin
        self.scale = scale
        self.deferred = deferred
        self.beta = beta

    def batches(self, task: Task) -> Batches:
        """Draw as the data are."""
        return classifier_source(task).natural(task.config.batch_size)

    def headed(self, network: Discriminator, config: TrainConfig) -> Discriminator:
        """Return the network with a cosine head."""
        before = network.classifier
        with torch_seeded(int(numpy_stream(config.seed, "cosine head").integers(2**31))):
            head = CosineHead(network.features, before.out_features, self.scale)
        network.classifier = head.to(before.weight.device)
        return network

    def objective(self, network: Discriminator, task: Task) -> Objective:
        """Return the margin loss, with weights over the last part."""
        counts, begin = task.split.train_counts, round(self.deferred * self.steps(task))
        margins = torch.tensor(counts, dtype=torch.float32) ** -0.25
        lowered = (self.scale * self.margin * margins / margins.max()).to(task.device)
        weights = class_weights(counts, self.beta).to(task.device)
        draw, augment = self.batches(task), augmentation_of(task)

        def objective(step: int) -> torch.Tensor:
            images, labels = draw(step)
            with autocast(task):
                _, logits = network(augment(images, "classifier", step))
            logits = logits.float() - torch.diag(lowered)[labels]
            return cross_entropy(logits, labels, weights if step >= begin else None)

        return objective
