"""Class offsets, which move a network's decision thresholds to fit images not used in training."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from scipy.optimize import minimize
from scipy.special import log_softmax

from geneticgan.data.dataset import Images, Int64Array
from geneticgan.evaluation.prediction import class_logits

Float64Array = npt.NDArray[np.float64]

RIDGE = 1e-3
"""Weight of the squared penalty, which centres a threshold between perfectly separated classes."""


class Calibrated(torch.nn.Module):
    """A network with an offset added to each class logit.

    Parameters
    ----------
    network : torch.nn.Module
        Maps images to (source logits (B,), class logits (B, K)).
    offsets : array of float
        The offsets, of shape (K,).
    """

    def __init__(self, network: torch.nn.Module, offsets: Float64Array) -> None:
        super().__init__()
        self.network = network
        self.offsets: torch.Tensor
        self.register_buffer("offsets", torch.from_numpy(offsets).float())

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return source logits (B,) and class logits (B, K) of images (B, C, H, W) in [-1, 1]."""
        source, classes = self.network(images)
        return source, classes + self.offsets


def calibrate(network: torch.nn.Module, images: Images, device: torch.device) -> Calibrated:
    """Return the network with offsets fitted on images that it was not trained on.

    Parameters
    ----------
    network : torch.nn.Module
        Maps images to (source logits, class logits).
    images : Images
        Images, at least one of every class.
    device : torch.device
        The network's device.
    """
    offsets = fit_offsets(class_logits(network, images, device), images.labels)
    return Calibrated(network, offsets).to(device)


def fit_offsets(logits: Float64Array, labels: Int64Array) -> Float64Array:
    """Return the offset of each class's logits that fits the labels best, of shape (K,).

    The cross-entropy, with equal class weights, is minimised over one offset per class and a
    common factor of all logits, without which the offsets would have to make up for an
    overconfident network. The factor changes no decision and is not returned.

    Parameters
    ----------
    logits : array of float
        The logits, of shape (N, K).
    labels : array of int64
        Labels 0..K-1, of shape (N,); every class occurs.
    """
    count, classes = logits.shape
    scale = logits.std() or 1.0  # makes the penalty independent of the logits' scale
    scaled = logits / scale
    weights = 1 / np.bincount(labels, minlength=classes)[labels]
    weights /= weights.sum()
    rows = np.arange(count)

    def loss(values: Float64Array) -> tuple[float, Float64Array]:
        logs = log_softmax(values[0] * scaled + values[1:], axis=1)
        slopes = np.exp(logs) * weights[:, None]
        slopes[rows, labels] -= weights
        gradient = np.concatenate([[(slopes * scaled).sum()], slopes.sum(axis=0)])
        found = -(weights * logs[rows, labels]).sum() + RIDGE * (values**2).sum()
        return found, gradient + 2 * RIDGE * values

    start = np.concatenate([[1.0], np.zeros(classes)])
    positive = [(0.01, None), *[(None, None)] * classes]
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=positive).x
    offsets: Float64Array = best[1:] / best[0] * scale
    return offsets
