"""Remix: mixup whose labels lean towards the rarer of two classes."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch.nn.functional import one_hot

from geneticgan.methods.contract import CLASSIFIER_RATES, Task, Trials
from geneticgan.methods.mixup import Mixup
from geneticgan.seeding import numpy_stream


class Remix(Mixup):
    """Remix (Chou et al. 2020): a mixed image gets the label of the rarer class if much rarer.

    If n_i / n_j >= kappa and the mixing weight is below ``threshold``, only the label of j counts,
    and vice versa (equation 6 of the paper); otherwise labels are mixed like the images.

    Parameters
    ----------
    alpha : float
        The parameter of the mixing weight's beta distribution, > 0.
    kappa : float
        The ratio of class sizes from which only the rarer label counts, >= 1.
    threshold : float
        The weight of the more frequent class's image below which this applies, in [0, 1].
    drawing : str
        How labels are drawn: ``balanced``, ``root`` or ``natural``.
    tau : float
        The strength of the logits' adjustment, >= 0.
    """

    key = "remix"
    title = "Remix"
    trials: ClassVar[Trials] = (
        *CLASSIFIER_RATES,
        {"alpha": 1.0},
        {"drawing": "natural"},
        {"tau": 0.5},
    )

    def __init__(
        self,
        alpha: float = 0.2,
        kappa: float = 3.0,
        threshold: float = 0.5,
        drawing: str = "root",
        tau: float = 1.0,
    ) -> None:
        if not (kappa >= 1 and 0 <= threshold <= 1):
            raise ValueError(
                f"kappa must be >= 1 and threshold in [0, 1], got {kappa} and {threshold}"
            )
        super().__init__(alpha, drawing, tau)
        self.kappa = kappa
        self.threshold = threshold

    def mix(
        self, images: torch.Tensor, labels: torch.Tensor, task: Task, step: int
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return mixed images (B, C, H, W) and label weights (B, K) that sum to 1."""
        weight = float(numpy_stream(task.config.seed, "remix", step).beta(self.alpha, self.alpha))
        others = labels.roll(1)
        counts = torch.tensor(task.split.train_counts, device=labels.device)
        of_labels = leaning(counts[labels], counts[others], weight, self.kappa, self.threshold)
        classes = task.split.classes
        targets = of_labels[:, None] * one_hot(labels, classes)
        targets = targets + (1 - of_labels)[:, None] * one_hot(others, classes)
        return weight * images + (1 - weight) * images.roll(1, 0), targets


def leaning(
    counts: torch.Tensor, others: torch.Tensor, weight: float, kappa: float, threshold: float
) -> torch.Tensor:
    """Return the weight of each image's own label, shape (B,), beside its partner's.

    Parameters
    ----------
    counts, others : Tensor
        The numbers of training images of the image's class and of its partner's, shape (B,).
    weight : float
        The mixing weight of the image itself, in [0, 1].
    kappa, threshold : float
        As for `Remix`.
    """
    found = torch.full(counts.shape, weight, device=counts.device)
    ratio = counts / others
    if weight < threshold:
        found = torch.where(ratio >= kappa, 0.0, found)
    if 1 - weight < threshold:
        found = torch.where(ratio <= 1 / kappa, 1.0, found)
    return found
