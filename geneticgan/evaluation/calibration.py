"""Class offsets: moving a network's thresholds to where images it did not learn from want them."""

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
"""Of the penalty on squares, by which a threshold lies midway where all images are told apart."""


class Calibrated(torch.nn.Module):
    """A network whose class logits get an offset for each class.

    Parameters
    ----------
    network : torch.nn.Module
        Images to (source logits (B,), class logits (B, K)).
    offsets : array of float
        Shape (K,).
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
    """Return the network with offsets fitted on images that it did not learn from.

    Parameters
    ----------
    network : torch.nn.Module
        Images to (source logits, class logits).
    images : Images
        At least one of every class.
    device : torch.device
        Where the network is.
    """
    offsets = fit_offsets(class_logits(network, images, device), images.labels)
    return Calibrated(network, offsets).to(device)


def fit_offsets(logits: Float64Array, labels: Int64Array) -> Float64Array:
    """Return what to add to each class's logits for them to fit labels best, shape (K,).

    The cross-entropy is minimised, all classes with the same weight, over an offset a class and a
    factor of all logits, without which the offsets would have to make up for a network that is
    too sure of itself. The factor moves no decision, and is left out of what is returned.

    Parameters
    ----------
    logits : array of float
        Shape (N, K).
    labels : array of int64
        Shape (N,), labels 0..K-1; every class occurs.
    """
    count, classes = logits.shape
    scale = logits.std() or 1.0  # by which the penalty is the same for a network ten times as sure
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
