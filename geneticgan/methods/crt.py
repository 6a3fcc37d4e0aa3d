"""cRT: features are learnt from the unchanged data, then a new class head from balanced data."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from geneticgan.data.stores import Batches
from geneticgan.methods.classifier import (
    ClassifierMethod,
    Objective,
    Rate,
    augmentation_of,
    autocast,
)
from geneticgan.methods.cn import classifier_source
from geneticgan.methods.contract import CLASSIFIER_RATES, Task, Trials
from geneticgan.methods.drawing import drawn_by
from geneticgan.networks import Discriminator
from geneticgan.seeding import numpy_stream, torch_seeded
from geneticgan.training.rates import RateSchedule


class CRT(ClassifierMethod):
    """Classifier re-training (Kang et al. 2020): representation and classifier are decoupled.

    The whole network is trained with the plain cross-entropy; then its features are frozen, and a
    new class head is trained on evenly drawn classes, with its own rate schedule. Both parts share
    the budget of batches.

    Parameters
    ----------
    drawing : str
        How labels are drawn while features are learnt: as in the data (``natural``, as in the
        paper), in proportion to the ``root`` of class sizes, or ``balanced``.
    head : float
        The share of the steps in which the new head learns, in (0, 1).
    """

    key = "crt"
    title = "cRT"
    trials: ClassVar[Trials] = (
        *CLASSIFIER_RATES,
        {"drawing": "root"},
        {"head": 0.1},
        {"weight_decay": 0.05},
    )

    def __init__(self, drawing: str = "natural", head: float = 0.2) -> None:
        if not 0 < head < 1:
            raise ValueError(f"head must be in (0, 1), got {head}")
        self.how = drawn_by(drawing)
        self.head = head

    def first(self, task: Task) -> int:
        """Return the number of steps that train the features; the rest train the new head."""
        return min(self.steps(task) - 1, round((1 - self.head) * self.steps(task)))

    def batches(self, task: Task) -> Batches:
        """Draw as ``drawing`` says for the features, and then evenly for the head."""
        source, size = classifier_source(task), task.config.batch_size
        before, after = source.balanced(size, self.how), source.balanced(size)
        first = self.first(task)
        return lambda number: before(number) if number < first else after(number)

    def rate(self, task: Task) -> Rate:
        """Return the schedule, which restarts with the new head."""
        first, config = self.first(task), task.config
        of_features = RateSchedule(config.rate_schedule, max(1, first), config.warm_up)
        of_head = RateSchedule(config.rate_schedule, self.steps(task) - first, config.warm_up)

        def rate(step: int) -> float:
            return of_features.factor(step) if step < first else of_head.factor(step - first)

        return rate

    def objective(self, network: Discriminator, task: Task) -> Objective:
        """Return the cross-entropy, at first of the whole network, then of a new head only."""
        with torch_seeded(int(numpy_stream(task.config.seed, "new head").integers(2**31))):
            head = nn.Linear(network.features, task.split.classes).to(task.device)
        network.add_module("head", head)  # known to the optimizer from the first step on
        draw, augment, first = self.batches(task), augmentation_of(task), self.first(task)

        def objective(step: int) -> torch.Tensor:
            if step == first:
                network.classifier = head
                del network.head
            images, labels = draw(step)
            with autocast(task), torch.set_grad_enabled(step < first):
                features = network.trunk(augment(images, "classifier", step))
            with autocast(task):
                logits = network.classifier(features)
            return cross_entropy(logits.float(), labels)

        return objective
