"""The loss of a class head: cross-entropy, made fair to rare classes by weights or by offsets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch.nn.functional import cross_entropy

from geneticgan.data.sampling import balancing_weights, drawn_shares


@dataclass(frozen=True)
class ClassLoss:
    """The cross-entropy of each image of a batch.

    Attributes
    ----------
    weights : torch.Tensor, optional
        Shape (K,), by which an image counts by its class.
    offsets : torch.Tensor, optional
        Shape (K,), added to the logits before the cross-entropy and only there, so that the
        logits themselves are those of balanced classes.
    """

    weights: torch.Tensor | None = None
    offsets: torch.Tensor | None = None

    def each(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the losses (B,) of class logits (B, K) under labels (B,)."""
        if self.offsets is not None:
            logits = logits + self.offsets
        losses = cross_entropy(logits, labels, reduction="none")
        return losses if self.weights is None else self.weights[labels] * losses

    def __call__(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return their mean, a scalar."""
        return self.each(logits, labels).mean()


def make_class_loss(
    kind: str, tau: float, counts: Sequence[int], oversampling: str, device: torch.device
) -> ClassLoss:
    """Return the class loss of a training.

    Parameters
    ----------
    kind : str
        ``cross-entropy``, which weighs classes alike where batches do not; or
        ``balanced-softmax`` (Ren et al. 2020, equation 3), the cross-entropy of the logits plus
        ``tau`` times the logarithm of each class's share of the batches (the logit-adjusted loss
        of Menon et al. 2021, equation 10). Where batches are balanced the two are the same.
    tau : float
        Strength of the adjustment, >= 0.
    counts : sequence of int
        Training images by class, each >= 1.
    oversampling : str
        How batches are drawn; see `geneticgan.data.sampling.BatchSource.balanced`.
    device : torch.device
        Where the losses are computed.
    """
    if kind == "balanced-softmax":
        return ClassLoss(offsets=(tau * drawn_shares(counts, oversampling).log()).to(device))
    weights = balancing_weights(counts, oversampling)
    return ClassLoss(weights=None if weights is None else weights.to(device))
