"""GAMO: generated images are convex combinations of a class's real ones."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy, softplus

from geneticgan.data.sampling import to_unit_range
from geneticgan.errors import DataError
from geneticgan.gan.optimizer_state import step_with
from geneticgan.methods.classifier import augmentation_of, autocast, train
from geneticgan.methods.cn import classifier_source
from geneticgan.methods.contract import CLASSIFIER_RATES, OF_GANS, Fitted, Method, Task, Trials
from geneticgan.networks import build_discriminator
from geneticgan.seeding import numpy_stream, torch_seeded, torch_stream
from geneticgan.training.beginning import begin
from geneticgan.training.model import make_adam
from geneticgan.training.rates import RateSchedule, full_rates, set_rate

HIDDEN = 128
"""The width of the layers that all classes share."""


class ConvexGenerator(nn.Module):
    """Maps a latent and a label to convex weights over the real images of that class.

    Parameters
    ----------
    latent_dim : int
        The length of the latent vector.
    images : Tensor
        The training images, shape (N, C, H, W), in [-1, 1].
    labels : Tensor
        Their labels, shape (N,).
    classes : sequence of int
        The labels to generate.
    """

    def __init__(
        self, latent_dim: int, images: torch.Tensor, labels: torch.Tensor, classes: list[int]
    ) -> None:
        super().__init__()
        self.shape = images.shape[1:]
        total = int(labels.max()) + 1
        self.embed = nn.Embedding(total, HIDDEN)
        self.shared = nn.Sequential(
            nn.Linear(latent_dim + HIDDEN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, HIDDEN), nn.ReLU()
        )
        flat = images.flatten(1)
        self.units = nn.ModuleDict(
            {str(label): nn.Linear(HIDDEN, int((labels == label).sum())) for label in classes}
        )
        for label in classes:
            self.register_buffer(f"class_{label}", flat[labels == label], persistent=False)

    def weights(self, latent: torch.Tensor, label: int) -> torch.Tensor:
        """Return convex weights (B, n) over the n real images of a class."""
        labels = torch.full((len(latent),), label, device=latent.device)
        hidden = self.shared(torch.cat([latent, self.embed(labels)], dim=1))
        return torch.softmax(self.units[str(label)](hidden), dim=1)

    def forward(self, latent: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return images (B, C, H, W) in the convex hulls of their classes."""
        images = latent.new_zeros((len(latent), *self.shape))
        for label in torch.unique(labels).tolist():
            chosen = labels == label
            points = self.weights(latent[chosen], label) @ getattr(self, f"class_{label}")
            images[chosen] = points.view(-1, *self.shape)
        return images


class GAMO(Method):
    """GAMO (Mullick et al. 2019): a convex generator against a classifier and a discriminator.

    The generator makes points in the convex hull of each minority class that the discriminator
    takes for real images of that class and the classifier for images of another. The classifier
    learns from real images, drawn as in the data, and from as many generated ones as balance the
    classes; the largest class is not generated. The squared errors of the original are replaced
    by cross-entropies, as in all methods; the discriminator has a source logit for each class.

    The GAMO paper mixes raw pixels only for images as simple as MNIST's and Fashion-MNIST's. For
    CIFAR-10, SVHN and CelebA it mixes features of a convolutional extractor, which its
    discriminator and classifier see. Here pixels are mixed for every data set, which blurs images
    that are not aligned: on such data, results may be worse than those of the original method.

    Parameters
    ----------
    weight : float
        The weight of fooling the classifier, relative to the discriminator, >= 0.
    """

    title = "GAMO"
    goes_on = True
    unused: ClassVar[frozenset[str]] = OF_GANS - {
        *("latent_dim", "learning_rate", "generator_learning_rate"),
    }
    trials: ClassVar[Trials] = (
        *CLASSIFIER_RATES,
        {"weight": 0.1},
        {"generator_learning_rate": 2e-3},
        {"learning_rate": 1e-3},
    )

    def __init__(self, weight: float = 1.0) -> None:
        if not weight >= 0:
            raise ValueError(f"weight must be >= 0, got {weight}")
        self.weight = weight

    def fit(self, task: Task) -> Fitted:
        """Train the three players in turn."""
        split, config, device = task.split, task.config, task.device
        counts = np.asarray(split.train_counts)
        missing = counts.max() - counts
        classifier = self.build(split, config, device)
        begin(classifier, task.beginning)
        if not missing.any():
            raise DataError("GAMO has nothing to add: the classes are balanced")
        channels, size = split.train.pixels.shape[1:3]
        seed = int(numpy_stream(config.seed, "gamo weights").integers(2**31))
        shape = (channels, size, split.classes, config.width)
        discriminator = build_discriminator(*shape, seed).to(device)
        images = to_unit_range(torch.from_numpy(split.train.pixels).to(device))
        labels = torch.from_numpy(split.train.labels).to(device)
        minority = [int(label) for label in np.flatnonzero(missing)]
        with torch_seeded(seed):
            generator = ConvexGenerator(config.latent_dim, images, labels, minority).to(device)
        full = full_rates(config)  # its networks are not the architecture's
        of_generator = make_adam(generator.parameters(), full.of_generators)
        of_discriminator = make_adam(discriminator.parameters(), full.of_discriminator)
        rates = RateSchedule(config.rate_schedule, config.steps, config.warm_up)
        draw, augment = classifier_source(task).natural(config.batch_size), augmentation_of(task)
        share = torch.from_numpy(missing / missing.sum())
        added = max(1, round(config.batch_size * missing.sum() / counts.sum()))
        added = min(added, 2 * config.batch_size)  # bounds a step where the imbalance is extreme

        def logits(network: nn.Module, shown: torch.Tensor) -> torch.Tensor:
            with autocast(task):
                _, found = network(shown)
            return torch.as_tensor(found).float()

        def objective(step: int) -> torch.Tensor:
            set_rate(of_generator, full.of_generators * rates.factor(step))
            set_rate(of_discriminator, full.of_discriminator * rates.factor(step))
            real, truth = draw(step)
            real = augment(real, "classifier", step)
            rng = torch_stream(config.seed, "gamo", step)
            wanted = torch.multinomial(share, added, replacement=True, generator=rng).to(device)
            latent = torch.randn((added, config.latent_dim), generator=rng).to(device)
            fake = augment(generator(latent, wanted), "generated", step)
            # The generator's turn: look real to the discriminator, misclassified to the classifier.
            source = logits(discriminator, fake).gather(1, wanted[:, None])
            known = torch.log_softmax(logits(classifier, fake), dim=1).gather(1, wanted[:, None])
            fooled = -torch.log1p(-known.exp().clamp(max=1 - 1e-6)).mean()
            loss = softplus(-source).mean() + self.weight * fooled
            _step(of_generator, loss)
            # The discriminator's turn.
            fake = fake.detach()
            seen = logits(discriminator, real).gather(1, truth[:, None])
            made = logits(discriminator, fake).gather(1, wanted[:, None])
            _step(of_discriminator, softplus(-seen).mean() + softplus(made).mean())
            # `train` takes the classifier's turn.
            both = torch.cat([real, fake])
            return cross_entropy(logits(classifier, both), torch.cat([truth, wanted]))

        train(classifier, objective, self.title, config.steps, task)
        return Fitted(classifier)


def _step(optimizer: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    step_with(optimizer, parameters, torch.autograd.grad(loss, parameters, allow_unused=True))
