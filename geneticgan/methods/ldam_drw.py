"""LDAM-DRW: larger margins for rare classes, and deferred class weights."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn
from torch.nn.functional import cross_entropy, linear, normalize

from geneticgan.config import TrainConfig
from geneticgan.methods.cb_loss import class_weights
from geneticgan.methods.classifier import Objective, augmentation_of, autocast
from geneticgan.methods.cn import CN
from geneticgan.methods.contract import CLASSIFIER_RATES, Task, Trials
from geneticgan.networks import Discriminator
from geneticgan.seeding import numpy_stream, torch_seeded


class CosineHead(nn.Linear):
    """Class logits that are cosines between features and class vectors, times a scale.

    Parameters
    ----------
    features, classes : int
        The numbers of input features and of classes.
    scale : float
        The factor of the cosines, > 0.
    """

    def __init__(self, features: int, classes: int, scale: float) -> None:
        super().__init__(features, classes, bias=False)
        self.scale = scale

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Return logits (B, K) for features (B, F)."""
        return self.scale * linear(normalize(input), normalize(self.weight))


class LdamDrw(CN):
    """LDAM with deferred re-weighting (Cao et al. 2019).

    The logit of the true class is lowered by a margin proportional to n^(-1/4), of which the
    largest is ``margin`` (equation 11 of the paper, with its cosine head). Batches are drawn as in
    the data; in the last steps, each class is weighted by the inverse of its effective number.

    Parameters
    ----------
    margin : float
        The margin of the smallest class, in cosines, > 0.
    scale : float
        The factor of the cosines, > 0.
    deferred : float
        The share of the steps before class weights are used, in [0, 1].
    beta : float
        The parameter of the effective numbers, in [0, 1).
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

    def headed(self, network: Discriminator, config: TrainConfig) -> Discriminator:
        """Return the network with a cosine head."""
        before = network.classifier
        with torch_seeded(int(numpy_stream(config.seed, "cosine head").integers(2**31))):
            head = CosineHead(network.features, before.out_features, self.scale)
        network.classifier = head.to(before.weight.device)
        return network

    def objective(self, network: Discriminator, task: Task) -> Objective:
        """Return the margin loss, with class weights in the last steps."""
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
