"""Features that our generator of rows adds to the smaller classes, from real ones on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.preprocessing import StandardScaler

from geneticgan.data.dataset import Int64Array
from geneticgan.networks.tabular import fit_gaussians
from geneticgan.seeding import numpy_stream

AXES = 64
"""The number of latent axes of each class, the default of `geneticgan.AnnealingGANSampler`."""

DEPARTURE = 0.2
"""How far a generated row departs from a real one, from 0 (not at all) to 1 (it forgets it).

Of 0.2, 0.3, 0.5, 0.7 and 1, cross-validation within the training parts of magnetic tiles preferred
it.
"""

Rows = tuple[npt.NDArray[np.float32], Int64Array]


def generated_features(
    points: npt.NDArray[np.float32],
    labels: Int64Array,
    seed: int,
    departure: float = DEPARTURE,
    axes: int = AXES,
) -> Rows:
    """Return rows (M, F) that fill every class up to the largest, and their labels (M,).

    A row is a real one of its class, drawn at random and moved towards the class's mean, plus
    ``departure`` times what the initial state of `geneticgan.networks.tabular.TabularGenerator`
    adds to that mean: the class's Gaussian. It has the variance of the real rows, as in a smoothed
    bootstrap (Efron 1979), and stays within their range in every column. With a departure of 1 it
    is a row of `geneticgan.AnnealingGANSampler` with its default of no generations.

    Parameters
    ----------
    points : array of float32
        The real rows, shape (N, F).
    labels : array of int64
        Their labels, shape (N,), with at least one row of each class.
    seed : int
        The seed of the draws.
    departure : float
        How far generated rows depart from real ones, in [0, 1].
    axes : int
        The number of latent axes of each class.
    """
    scaler = StandardScaler().fit(points)
    rows = scaler.transform(points).astype(np.float64)
    gaussians = fit_gaussians(rows, labels, min(axes, points.shape[1]))
    low, high = points.min(axis=0), points.max(axis=0)
    counts = np.bincount(labels)
    found, their = [points[:0]], [labels[:0]]
    for label in np.flatnonzero(counts < counts.max()):
        rng = numpy_stream(seed, "generated features", int(label))
        lacking = int(counts.max() - counts[label])
        real = rows[rng.choice(np.flatnonzero(labels == label), lacking)]
        mean, spread = gaussians.means[label], gaussians.axes[label]
        added = rng.standard_normal((lacking, spread.shape[1])) @ spread.T
        made = mean + np.sqrt(1 - departure**2) * (real - mean) + departure * added
        found.append(scaler.inverse_transform(made).astype(np.float32).clip(low, high))
        their.append(np.full(lacking, label))
    return np.concatenate(found), np.concatenate(their)
