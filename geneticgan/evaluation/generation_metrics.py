"""Fidelity, diversity and novelty of generated images, measured in a feature space."""

from __future__ import annotations

import contextlib
import dataclasses
import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from sklearn.neighbors import NearestNeighbors

Features = npt.NDArray[np.float32]

NEIGHBOURS = 5
"""k of precision, recall, density and coverage (Naeem et al. 2020)."""

KID_SUBSETS = 20
KID_SUBSET_SIZE = 1000
"""Number and size of the subsets, as in Binkowski et al. 2018; smaller with fewer images."""

LEAST = 4 * NEIGHBOURS
"""Least number of images of either kind for which anything is computed.

With fewer, the ball around an image that reaches its k-th neighbour holds more than a quarter of
all images, and even noise counts as realistic.
"""


@dataclass(frozen=True)
class GenerationScores:
    """Compares generated images with unseen real ones in the same feature space.

    Attributes
    ----------
    generated, real, training : int
        Numbers of generated images, of real test images, and of real training images.
    fid : float or None
        Frechet distance (Heusel et al. 2017), >= 0, lower is better; None if either kind has no
        more images than the space has dimensions, since it is then meaningless.
    kid : float
        Kernel distance (Binkowski et al. 2018), unbiased: about 0 for the same distribution.
    precision, recall, density, coverage : float
        Metrics of Kynkaanniemi et al. 2019 and Naeem et al. 2020, in [0, 1] except density, which
        may be larger. Higher is better: images are realistic (precision, density) and cover all
        real ones (recall, coverage).
    novelty : float
        Median distance from a generated image to the nearest training image, divided by that from
        an unseen real image. About 1: as new as real images. Near 0: the generator copies. Above
        1: the images are unlike real ones.
    copies : float
        Share of generated images that are closer to a training image than 99 % of unseen real
        images are; about 0.01 for a generator that does not copy.
    """

    generated: int
    real: int
    training: int
    fid: float | None
    kid: float
    precision: float
    recall: float
    density: float
    coverage: float
    novelty: float
    copies: float

    def to_json(self) -> dict[str, float | int | None]:
        """Return the scores as JSON types."""
        return dataclasses.asdict(self)


def score_generated(
    generated: Features, real: Features, training: Features, seed: int
) -> GenerationScores | None:
    """Compare features of generated images with those of unseen real ones.

    Parameters
    ----------
    generated, real, training : array of float32
        Features of generated images (N, D), of real images that the generator was not trained on
        (M, D), and of those that it was trained on (L, D), L >= 1.
    seed : int
        Seeds the subsets of the kernel distance.

    Returns
    -------
    GenerationScores or None
        The scores; None if N or M is below `LEAST`.
    """
    smaller = min(len(generated), len(real))
    if smaller < LEAST:
        return None
    prdc = _prdc(real, generated)
    to_training = _nearest(training, generated)
    unseen = _nearest(training, real)
    typical = float(np.median(unseen))
    return GenerationScores(
        len(generated),
        len(real),
        len(training),
        _frechet(generated, real) if smaller > generated.shape[1] else None,
        _kernel(generated, real, seed),
        prdc["precision"],
        prdc["recall"],
        prdc["density"],
        prdc["coverage"],
        float(np.median(to_training)) / max(typical, 1e-12),
        float(np.mean(to_training < np.quantile(unseen, 0.01))),
    )


def _frechet(generated: Features, real: Features) -> float:
    from torch_fidelity.metric_fid import (  # it loads torchvision
        fid_features_to_statistics,
        fid_statistics_to_metric,
    )

    statistics = [
        fid_features_to_statistics(torch.from_numpy(each.astype(np.float64)))
        for each in (generated, real)
    ]
    found = fid_statistics_to_metric(*statistics, verbose=False)
    return max(0.0, float(found["frechet_inception_distance"]))


def _kernel(generated: Features, real: Features, seed: int) -> float:
    from torch_fidelity.metric_kid import kid_features_to_metric  # it loads torchvision

    size = min(KID_SUBSET_SIZE, len(generated), len(real))
    whole = size == len(generated) == len(real)
    found = kid_features_to_metric(
        *(torch.from_numpy(each.astype(np.float64)) for each in (generated, real)),
        kid_subsets=1 if whole else KID_SUBSETS,
        kid_subset_size=size,
        kid_kernel="poly",
        kid_kernel_poly_degree=3,
        kid_kernel_poly_gamma=None,
        kid_kernel_poly_coef0=1.0,
        rng_seed=seed,
        verbose=False,
    )
    return float(found["kernel_inception_distance_mean"])


def _prdc(real: Features, generated: Features) -> Mapping[str, float]:
    from prdc import compute_prdc

    with contextlib.redirect_stdout(io.StringIO()):  # the library prints its progress
        found = compute_prdc(real, generated, NEIGHBOURS)
    return {name: float(value) for name, value in found.items()}


def _nearest(training: Features, images: Features) -> npt.NDArray[np.float64]:
    """Return the distance from each image to the nearest training image."""
    found = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(training)
    distances: npt.NDArray[np.float64] = found.kneighbors(images)[0][:, 0].astype(np.float64)
    return distances
