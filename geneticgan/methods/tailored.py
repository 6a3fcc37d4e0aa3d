"""A classifier whose training recipe is assembled from parts, as ``geneticgan tune`` does."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch.nn.functional import cross_entropy, one_hot

from geneticgan.methods.adjusted import Adjusted
from geneticgan.methods.classifier import Objective, augmentation_of, autocast
from geneticgan.methods.contract import CLASSIFIER_RATES, Task, Trials
from geneticgan.methods.mixup import Mixup
from geneticgan.networks import Discriminator


class Tailored(Adjusted):
    """The classifier network with your own recipe: drawing, tau, mixup, smoothing.

    With the defaults it is the balanced softmax. ``geneticgan tune`` searches for the recipe that
    suits the images, including learning rate, rate schedule, weight decay and augmentation.

    Parameters
    ----------
    drawing : str
        How labels are drawn: ``balanced``, ``root`` or ``natural``.
    tau : float
        The strength of the logits' adjustment by each class's share of the batches, >= 0.
    mixup : float
        The parameter of the mixing weight's beta distribution, >= 0; 0 mixes nothing.
    smoothing : float
        The share of a label that is spread evenly over all classes, in [0, 1).
    """

    key = "tailored"
    title = "Tailored classifier"
    trials: ClassVar[Trials] = (
        *CLASSIFIER_RATES,
        {"mixup": 0.2},
        {"smoothing": 0.1},
        {"tau": 1.5},
    )

    def __init__(
        self, drawing: str = "root", tau: float = 1.0, mixup: float = 0.0, smoothing: float = 0.0
    ) -> None:
        if not (mixup >= 0 and 0 <= smoothing < 1):
            raise ValueError(
                f"mixup must be >= 0 and smoothing in [0, 1), got {mixup} and {smoothing}"
            )
        super().__init__(drawing, tau)
        self.mixup = Mixup(mixup, drawing, tau) if mixup else None
        self.smoothing = smoothing

    def objective(self, network: Discriminator, task: Task) -> Objective:
        """Return the adjusted cross-entropy with soft labels, on images that may be mixed."""
        draw, augment = self.batches(task), augmentation_of(task)
        offsets, classes = self.loss(task).offsets, task.split.classes

        def objective(step: int) -> torch.Tensor:
            images, labels = draw(step)
            images = augment(images, "classifier", step)
            if self.mixup is None:
                targets = one_hot(labels, classes).to(images.dtype)
            else:
                images, targets = self.mixup.mix(images, labels, task, step)
            with autocast(task):
                _, logits = network(images)
            return cross_entropy(logits.float() + offsets, targets, label_smoothing=self.smoothing)

        return objective
