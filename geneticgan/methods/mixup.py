"""Mixup: the classifier learns from convex combinations of two images and of their labels."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch.nn.functional import cross_entropy
from torchvision.transforms.v2 import MixUp

from geneticgan.methods.adjusted import Adjusted
from geneticgan.methods.classifier import Objective, augmentation_of, autocast
from geneticgan.methods.contract import CLASSIFIER_RATES, Task, Trials
from geneticgan.networks import Discriminator
from geneticgan.seeding import numpy_stream, torch_seeded


class Mixup(Adjusted):
    """Mixup (Zhang et al. 2018), torchvision's: a batch is mixed with itself in another order.

    The loss is the balanced softmax, so that all classes count equally: the cross-entropy of the
    adjusted logits with the mixed labels.

    Parameters
    ----------
    alpha : float
        The parameter of the mixing weight's beta distribution, > 0; small values mix little.
    drawing : str
        How labels are drawn: ``balanced``, ``root`` or ``natural``.
    tau : float
        The strength of the logits' adjustment, >= 0.
    """

    key = "mixup"
    title = "Mixup"
    trials: ClassVar[Trials] = (
        *CLASSIFIER_RATES,
        {"alpha": 1.0},
        {"drawing": "natural"},
        {"drawing": "balanced"},
    )

    def __init__(self, alpha: float = 0.2, drawing: str = "root", tau: float = 1.0) -> None:
        if not alpha > 0:
            raise ValueError(f"alpha must be > 0, got {alpha}")
        super().__init__(drawing, tau)
        self.alpha = alpha

    def mix(
        self, images: torch.Tensor, labels: torch.Tensor, task: Task, step: int
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return mixed images (B, C, H, W) and label weights (B, K) that sum to 1."""
        mixing = MixUp(alpha=self.alpha, num_classes=task.split.classes)
        seed = int(numpy_stream(task.config.seed, "mixup", step).integers(2**31))
        with torch_seeded(seed):  # torchvision draws from the global generator
            mixed, targets = mixing(images, labels)
        return mixed, targets

    def objective(self, network: Discriminator, task: Task) -> Objective:
        """Return the adjusted cross-entropy on mixed images."""
        draw, augment = self.batches(task), augmentation_of(task)
        offsets = self.loss(task).offsets

        def objective(step: int) -> torch.Tensor:
            images, labels = draw(step)
            mixed, targets = self.mix(augment(images, "classifier", step), labels, task, step)
            with autocast(task):
                _, logits = network(mixed)
            return cross_entropy(logits.float() + offsets, targets)

        return objective
