"""Predict and score: the one place where a network meets labelled images."""

from __future__ import annotations

import torch

from geneticgan.data.dataset import Images
from geneticgan.data.splits import Split
from geneticgan.evaluation.metrics import Scores, score
from geneticgan.evaluation.prediction import predict


def score_network(
    network: torch.nn.Module, images: Images, split: Split, device: torch.device
) -> Scores:
    """Score a network's class head.

    Parameters
    ----------
    network : torch.nn.Module
        Images (B, C, H, W) in [-1, 1] to (source logits, class logits (B, K)).
    images : Images
        N >= 1 of them, every class among them.
    split : Split
        Says which classes there are, and which of them is the smallest.
    device : torch.device
        Where the network is.
    """
    predicted = predict(network, images, device)
    return score(images.labels, predicted, split.classes, split.smallest_class)
