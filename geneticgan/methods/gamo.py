"""GAMO: generated points are convex combinations of a class's real ones."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn

from geneticgan.data.sampling import to_unit_range
from geneticgan.data.stores import Pair
from geneticgan.methods.classifier import augmentation_of, autocast, train
from geneticgan.methods.cn import classifier_source
from geneticgan.methods.contract import CLASSIFIER_RATES, OF_GANS, Fitted, Method, Task, Trials
from geneticgan.methods.gamo_game import HIDDEN, Game, Logits
from geneticgan.methods.oscn import OsCN
from geneticgan.networks import Discriminator, build_discriminator
from geneticgan.seeding import numpy_stream, torch_seeded
from geneticgan.training.beginning import begin

SPACES = ("pixels", "features")
"""Where the convex combinations are made."""

AT_ONCE = 512
"""The number of images of which features are computed at once."""


class GAMO(Method):
    """GAMO (Mullick et al. 2019): a convex generator against a classifier and a discriminator.

    The generator makes points in the convex hull of each minority class that the discriminator
    takes for real ones of that class and the classifier for ones of another. The classifier
    learns from real points, drawn as in the data, and from as many generated ones as balance the
    classes; the largest class is not generated. The squared errors of the original are replaced
    by cross-entropies, as in all methods; the discriminator has a source logit for each class.

    The GAMO paper mixes raw pixels for images as simple as MNIST's and Fashion-MNIST's. For
    CIFAR-10, SVHN and CelebA it mixes features of a convolutional extractor, which discriminator
    and classifier see. Both are here: ``pixels``, and ``features``, for which the classifier
    network first learns as plain oversampling does in half of the steps. Its trunk is then the
    extractor and learns no more, while its class head and a discriminator of two layers play in the
    other half.

    Parameters
    ----------
    weight : float
        The weight of fooling the classifier, relative to the discriminator, >= 0.
    space : str
        Where the convex combinations are made: ``pixels`` or ``features``.
    """

    title = "GAMO"
    goes_on = True
    unused: ClassVar[frozenset[str]] = OF_GANS - {
        *("latent_dim", "learning_rate", "generator_learning_rate"),
    }
    trials: ClassVar[Trials] = (
        *CLASSIFIER_RATES,
        {"space": "features"},
        {"weight": 0.1},
        {"learning_rate": 1e-3},
    )

    def __init__(self, weight: float = 1.0, space: str = "pixels") -> None:
        if not weight >= 0:
            raise ValueError(f"weight must be >= 0, got {weight}")
        if space not in SPACES:
            raise ValueError(f"space must be one of {', '.join(SPACES)}, got {space!r}")
        self.weight, self.space = weight, space

    def fit(self, task: Task) -> Fitted:
        """Train the three players in turn."""
        network = self.build(task.split, task.config, task.device)
        assert isinstance(network, Discriminator)  # the classifier network
        begin(network, task.beginning)
        if self.space == "pixels":
            self._play_with_pixels(network, task)
        else:
            self._play_with_features(network, task)
        return Fitted(network)

    def _play_with_pixels(self, network: Discriminator, task: Task) -> None:
        split, config = task.split, task.config
        draw, augment = classifier_source(task).natural(config.batch_size), augmentation_of(task)
        seed = int(numpy_stream(config.seed, "gamo weights").integers(2**31))
        channels, size = split.train.pixels.shape[1:3]
        discriminator = build_discriminator(channels, size, split.classes, config.width, seed)
        discriminator.to(task.device)
        game = Game(
            task, config.steps, self.weight, _images(task), discriminator,
            _class_logits(discriminator, task), _class_logits(network, task),
        )  # fmt: skip

        def real(step: int) -> Pair:
            images, labels = draw(step)
            return augment(images, "classifier", step), labels

        def change(images: torch.Tensor, step: int) -> torch.Tensor:
            return augment(images, "generated", step)

        train(network, game.objective(real, change), self.title, config.steps, task)

    def _play_with_features(self, network: Discriminator, task: Task) -> None:
        config, of_features = task.config, task.config.steps // 2
        draw, augment = classifier_source(task).natural(config.batch_size), augmentation_of(task)
        learn = OsCN().objective(network, task)
        train(network, learn, f"{self.title}, features", of_features, task)
        network.eval().requires_grad_(False)
        network.classifier.requires_grad_(True)
        with torch_seeded(int(numpy_stream(config.seed, "gamo discriminator").integers(2**31))):
            discriminator = nn.Sequential(
                nn.Linear(network.features, HIDDEN),
                nn.ReLU(),
                nn.Linear(HIDDEN, task.split.classes),
            ).to(task.device)

        def features(images: torch.Tensor) -> torch.Tensor:
            with torch.no_grad(), autocast(task):
                return torch.as_tensor(network.trunk(images)).float()

        def real(step: int) -> Pair:
            images, labels = draw(step)
            return features(augment(images, "classifier", step)), labels

        parts = torch.split(_images(task), AT_ONCE)
        points = torch.cat([features(images) for images in parts])
        steps = config.steps - of_features
        game = Game(
            task, steps, self.weight, points, discriminator, discriminator, network.classifier
        )
        train(network, game.objective(real, lambda made, _: made), self.title, steps, task)
        network.train().requires_grad_(True)


def _images(task: Task) -> torch.Tensor:
    return to_unit_range(torch.from_numpy(task.split.train.pixels).to(task.device))


def _class_logits(network: nn.Module, task: Task) -> Logits:
    def logits(images: torch.Tensor) -> torch.Tensor:
        with autocast(task):
            _, found = network(images)
        return torch.as_tensor(found).float()

    return logits
