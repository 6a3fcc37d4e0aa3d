"""cRT: features learn from the data as they are, and then a new class head from balanced ones."""

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

    The whole network learns by plain cross-entropy; then its features stay as they are, and a new
    class head learns on evenly drawn classes, with a rate schedule of its own. Both parts share
    the budget of batches.

    Parameters
    ----------
    drawing : str
        How labels are drawn while features are learnt: as the data are (``natural``, as in the
        paper), by the ``root`` of the classes' sizes, or ``balanced``.
    head : float
        Share of the steps in which the new head learns, in (0, 1).
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
        """Return how many steps learn features; the rest is the head's."""
        return min(self.steps(task) - 1, round((1 - self.head) * self.steps(task)))

    def batches(self, task: Task) -> Batches:
        """Draw for the features, and then evenly for the head."""
        source, size = classifier_source(task), task.config.batch_size
        before, after = source.balanced(size, self.how), source.balanced(size)
        first = self.first(task)
        return lambda number: before(number) if number < first else after(number)

    def rate(self, task: Task) -> Rate:
        """Return the schedule, which starts again with the head."""
        first, config = self.first(task), task.config
        of_features = RateSchedule(config.rate_schedule, max(1, first), config.warm_up)
        of_head = RateSchedule(config.rate_schedule, self.steps(task) - first, config.warm_up)

        def rate(step: int) -> float:
            return of_features.factor(step) if step < first else of_head.factor(step - first)

        return rate

    def objective(self, network: Discriminator, task: Task) -> Objective:
        """Return the cross-entropy, from a point on that of a new head on fixed features."""
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
