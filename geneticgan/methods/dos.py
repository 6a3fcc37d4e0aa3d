"""DOS: deep over-sampling, in the space of the classifier's own features."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch
from sklearn.neighbors import NearestNeighbors
from torch.nn.functional import cross_entropy

from geneticgan.data.dataset import Int64Array
from geneticgan.data.draws import Draws
from geneticgan.data.sampling import to_unit_range
from geneticgan.methods.classifier import augmentation_of, autocast, train
from geneticgan.methods.contract import CLASSIFIER_RATES, OF_GANS, Fitted, Method, Task, Trials
from geneticgan.methods.network import build_classifier
from geneticgan.networks import Discriminator
from geneticgan.seeding import torch_stream
from geneticgan.training.beginning import begin

CHUNK = 500


class DOS(Method):
    """DOS (Ando and Huang 2017): images are drawn evenly by class, with targets in feature space.

    The target of an image is a random convex combination of the features of its in-class
    neighbours. Features are pulled towards their targets (the micro-cluster loss), and the class
    head learns from both. Neighbours are recomputed at intervals, which reads all training images
    beyond the budget without learning from them. The AGGAN paper gives no settings; the squared
    distance is divided by the number of features.

    Parameters
    ----------
    k : int
        The number of in-class neighbours; fewer in a smaller class.
    weight : float
        The weight of the micro-cluster loss, >= 0.
    refreshes : int
        How often the neighbours are recomputed during training.
    """

    title = "DOS"
    goes_on = True
    unused: ClassVar[frozenset[str]] = OF_GANS | {"images_on"}
    trials: ClassVar[Trials] = (
        *CLASSIFIER_RATES,
        {"k": 3},
        {"weight": 0.1},
        {"weight_decay": 0.05},
    )

    def __init__(self, k: int = 5, weight: float = 1.0, refreshes: int = 10) -> None:
        if k < 1 or refreshes < 1 or not weight >= 0:
            raise ValueError(f"k and refreshes must be >= 1 and weight >= 0, got {k}, {weight}")
        self.k = k
        self.weight = weight
        self.refreshes = refreshes

    def fit(self, task: Task) -> Fitted:
        """Train on images and on targets."""
        split, config = task.split, task.config
        network = build_classifier(split, config, task.device)
        begin(network, task.beginning)
        draws = Draws(split.train.labels, split.classes, config.seed, "classifier")
        every = max(1, config.steps // self.refreshes)
        augment = augmentation_of(task)
        features = torch.empty(0)
        neighbours = np.empty((0, 0), dtype=np.int64)

        def objective(step: int) -> torch.Tensor:
            nonlocal features, neighbours
            if step % every == 0:
                features = all_features(network, task)
                neighbours = in_class_neighbours(features, split.train.labels, self.k)
            chosen = draws.balanced(step, config.batch_size)
            images = torch.from_numpy(split.train.pixels[chosen]).to(task.device)
            labels = torch.from_numpy(split.train.labels[chosen]).to(task.device)
            rng = torch_stream(config.seed, "dos", step)
            targets = combine(features, torch.from_numpy(neighbours[chosen]), rng).to(task.device)
            with autocast(task):
                found = network.trunk(augment(to_unit_range(images), "classifier", step))
            found = found.float()
            near = (found - targets).square().mean()
            on_images = cross_entropy(network.classifier(found), labels)
            on_targets = cross_entropy(network.classifier(targets), labels)
            return torch.as_tensor(on_images + on_targets + self.weight * near)

        train(network, objective, self.title, config.steps, task)
        return Fitted(network)


@torch.no_grad()
def all_features(network: Discriminator, task: Task) -> torch.Tensor:
    """Return the features of all training images, shape (N, F), on the CPU."""
    pixels = torch.from_numpy(task.split.train.pixels)
    chunks = (to_unit_range(chunk.to(task.device)) for chunk in torch.split(pixels, CHUNK))
    return torch.cat([network.trunk(chunk).float().cpu() for chunk in chunks])


def in_class_neighbours(features: torch.Tensor, labels: Int64Array, k: int) -> Int64Array:
    """Return the k nearest other images of each image's class, shape (N, k).

    In a smaller class, neighbours are repeated; the only image of a class is its own neighbour.
    """
    found = np.empty((len(labels), k), dtype=np.int64)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        count = min(k, len(members) - 1)
        if count == 0:
            found[members] = members[0]
            continue
        points = features[torch.from_numpy(members)].numpy()
        # Without a query, kneighbors excludes each point from its own neighbours.
        near = NearestNeighbors(n_neighbors=count).fit(points).kneighbors(return_distance=False)
        found[members] = members[near[:, np.arange(k) % count]]
    return found


def combine(features: torch.Tensor, neighbours: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    """Return a random convex combination of each row's neighbours, shape (B, F).

    The weights are uniform on the simplex.
    """
    weights = -torch.log(torch.rand(neighbours.shape, generator=rng).clamp_min(1e-12))
    weights = weights / weights.sum(dim=1, keepdim=True)
    return torch.einsum("bk,bkf->bf", weights, features[neighbours])
