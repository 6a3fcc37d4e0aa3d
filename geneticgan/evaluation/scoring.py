"""Predicts and scores: the only place where a network is scored on labelled images."""

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
        Maps images (B, C, H, W) in [-1, 1] to (source logits, class logits (B, K)).
    images : Images
        Images, at least one of every class.
    split : Split
        Determines the classes, and which of them is the smallest.
    device : torch.device
        The network's device.
    """
    predicted = predict(network, images, device)
    return score(images.labels, predicted, split.classes, split.smallest_class)
