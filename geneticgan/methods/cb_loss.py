"""CB-loss: the classifier network with a loss weighted by effective numbers of samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, one_hot

from geneticgan.methods.classifier import Loss
from geneticgan.methods.cn import CN
from geneticgan.methods.contract import CLASSIFIER_RATES, Task, Trials


class ClassBalanced(CN):
    """CB-loss (Cui et al. 2019): classes weighted by their inverse effective numbers of samples.

    Batches are drawn as in the data. The AGGAN paper does not say which of the losses it used;
    both are available.

    Parameters
    ----------
    kind : str
        ``softmax`` for the cross-entropy, or ``focal`` for the focal loss on each class's sigmoid.
    beta : float
        The parameter of the effective numbers, in [0, 1); at 0 all classes have equal weights,
        near 1 weights are inverse to the counts.
    gamma : float
        The exponent of the focal loss, >= 0.
    """

    key = "cb-loss"
    title = "CB-loss"
    trials: ClassVar[Trials] = (
        *CLASSIFIER_RATES,
        {"kind": "focal"},
        {"beta": 0.999},
        {"weight_decay": 0.05},
    )

    def __init__(self, kind: str = "softmax", beta: float = 0.9999, gamma: float = 2.0) -> None:
        if kind not in ("softmax", "focal"):
            raise ValueError(f"kind must be softmax or focal, got {kind!r}")
        if not 0 <= beta < 1:
            raise ValueError(f"beta must be in [0, 1), got {beta}")
        if not gamma >= 0:
            raise ValueError(f"gamma must be >= 0, got {gamma}")
        self.kind = kind
        self.beta = beta
        self.gamma = gamma

    def loss(self, task: Task) -> Loss:
        """Return the weighted loss."""
        weights = class_weights(task.split.train_counts, self.beta).to(task.device)

        def softmax(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
            losses = cross_entropy(logits, labels, reduction="none")
            return (weights[labels] * losses).mean()

        def focal(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
            truth = one_hot(labels, logits.shape[1]).to(logits.dtype)
            losses = binary_cross_entropy_with_logits(logits, truth, reduction="none")
            wrong = torch.where(truth == 1, -logits, logits).sigmoid()  # 1 - p of the truth
            return (weights[labels] * (wrong**self.gamma * losses).sum(dim=1)).mean()

        return focal if self.kind == "focal" else softmax


def class_weights(counts: Sequence[int], beta: float) -> torch.Tensor:
    """Return (1 - beta) / (1 - beta^n) for each class, scaled to a mean of 1 (Cui et al., eq. 4).

    Parameters
    ----------
    counts : sequence of int
        The numbers of training images by class, each >= 1.
    beta : float
        The parameter of the effective numbers, in [0, 1).
    """
    numbers = torch.tensor(counts, dtype=torch.float64)
    weights = (1 - beta) / (1 - beta**numbers)
    return (weights * len(counts) / weights.sum()).float()
