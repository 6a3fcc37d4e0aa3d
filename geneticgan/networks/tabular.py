"""Networks for rows of numbers: a Gaussian for each class, and a learnt departure from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from geneticgan.networks.contracts import Discriminator, Generator

Float64Array = npt.NDArray[np.float64]

SLOPE = 0.2
"""Negative slope of the leaky rectifiers."""


@dataclass(frozen=True)
class Gaussians:
    """A mean and the principal axes of a covariance for each class.

    Attributes
    ----------
    means : array
        Class means, of shape (K, D).
    axes : array
        Principal axes, of shape (K, D, L): the columns are eigenvectors times the root of their
        eigenvalue, largest first; ``axes[k] @ axes[k].T`` is the covariance, up to the omitted
        axes.
    """

    means: Float64Array
    axes: Float64Array


def fit_gaussians(rows: Float64Array, labels: npt.NDArray[np.int64], axes: int) -> Gaussians:
    """Fit a Gaussian to each class, with a covariance shrunk to the pooled one if rows are few.

    The class's own covariance has weight (n - 1) / (n - 1 + D) for n rows, and the one pooled
    within classes has the rest: regularised discriminant analysis (Friedman 1989) with a weight
    that needs no tuning.

    Parameters
    ----------
    rows : array
        The rows, of shape (N, D).
    labels : array of int64
        Their labels 0..K-1, of shape (N,), with at least one row of each class.
    axes : int
        Number L of principal axes, at most D.
    """
    classes, width = int(labels.max()) + 1, rows.shape[1]
    means = np.stack([rows[labels == label].mean(axis=0) for label in range(classes)])
    pooled = np.zeros((width, width))
    for label in range(classes):  # one at a time: there may be too many rows for a copy of all
        pooled += _scatter(rows[labels == label], means[label])
    pooled /= max(1, len(rows) - classes)
    found = np.zeros((classes, width, axes))
    for label in range(classes):
        own = rows[labels == label]
        count = len(own)
        weight = (count - 1) / (count - 1 + width)
        scatter = _scatter(own, means[label])
        covariance = weight * scatter / max(1, count - 1) + (1 - weight) * pooled
        values, vectors = np.linalg.eigh(covariance)
        order = np.argsort(values)[::-1][:axes]
        found[label] = vectors[:, order] * np.sqrt(values[order].clip(0))
    return Gaussians(means, found)


def _scatter(rows: Float64Array, mean: Float64Array) -> Float64Array:
    """Return the sum of the outer products of centred rows (N, D), of shape (D, D)."""
    centred = rows - mean
    scatter: Float64Array = centred.T @ centred
    return scatter


class TabularGenerator(Generator):
    """Maps latent and label to a row: mean + axes @ latent + the output of two hidden layers.

    The last layer is initialised to zero, so that the generator starts as the class's Gaussian,
    which for few rows is a far better start than random weights.

    Parameters
    ----------
    gaussians : Gaussians
        The initial distribution; L is the length of the latent vector.
    width : int
        Width of the hidden layers, >= 1.
    """

    def __init__(self, gaussians: Gaussians, width: int) -> None:
        classes, features, latent_dim = gaussians.axes.shape
        super().__init__(latent_dim)
        self.means = nn.Parameter(torch.from_numpy(gaussians.means).float())
        self.axes = nn.Parameter(torch.from_numpy(gaussians.axes).float())
        self.first = nn.Linear(latent_dim, width)
        self.shift = nn.Embedding(classes, width)
        self.second = nn.Linear(width, width)
        self.last = nn.Linear(width, features)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, latent: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return rows (B, D), standardised, for latents (B, L) and labels (B,)."""
        # One product for all classes, in which a row's latent meets the axes of its class only:
        # gathering each row's axes would take D * L numbers a row.
        own = labels[:, None] == torch.arange(len(self.means), device=labels.device)
        placed = (own.to(latent)[:, :, None] * latent[:, None, :]).flatten(1)
        start = placed @ self.axes.transpose(1, 2).flatten(0, 1) + self.means[labels]
        hidden = torch.relu(self.first(latent) + self.shift(labels))
        departure: torch.Tensor = self.last(torch.relu(self.second(hidden)))
        return start + departure


class TabularDiscriminator(Discriminator):
    """Two hidden layers with dropout, then the source and the class head.

    Parameters
    ----------
    features : int
        The length D of a row.
    classes : int
        How many labels there are.
    width : int
        Width of the hidden layers, >= 1.
    dropout : float
        Dropout rate of the hidden units, in [0, 1).
    """

    def __init__(self, features: int, classes: int, width: int, dropout: float = 0.0) -> None:
        layers: list[nn.Module] = []
        for before in (features, width):
            layers += [nn.Linear(before, width), nn.LeakyReLU(SLOPE)]
            if dropout:
                layers.append(nn.Dropout(dropout))
        super().__init__(nn.Sequential(*layers), width, 1, classes)
