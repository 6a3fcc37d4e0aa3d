"""The three players of GAMO: a convex generator, a discriminator and a classifier."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy, softplus

from geneticgan.data.stores import Batches
from geneticgan.errors import DataError
from geneticgan.gan.optimizer_state import step_with
from geneticgan.methods.classifier import Objective
from geneticgan.methods.contract import Task
from geneticgan.seeding import numpy_stream, torch_seeded, torch_stream
from geneticgan.training.model import make_adam
from geneticgan.training.rates import RateSchedule, full_rates, set_rate

HIDDEN = 128
"""The width of the layers that all classes share."""


class ConvexGenerator(nn.Module):
    """Maps a latent and a label to convex weights over the real points of that class.

    Parameters
    ----------
    latent_dim : int
        The length of the latent vector.
    points : Tensor
        The training images, shape (N, C, H, W), in [-1, 1], or features of them, shape (N, F).
    labels : Tensor
        Their labels, shape (N,).
    classes : sequence of int
        The labels to generate.
    """

    def __init__(
        self, latent_dim: int, points: torch.Tensor, labels: torch.Tensor, classes: list[int]
    ) -> None:
        super().__init__()
        self.shape = points.shape[1:]
        total = int(labels.max()) + 1
        self.embed = nn.Embedding(total, HIDDEN)
        self.shared = nn.Sequential(
            nn.Linear(latent_dim + HIDDEN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, HIDDEN), nn.ReLU()
        )
        flat = points.flatten(1)
        self.units = nn.ModuleDict(
            {str(label): nn.Linear(HIDDEN, int((labels == label).sum())) for label in classes}
        )
        for label in classes:
            self.register_buffer(f"class_{label}", flat[labels == label], persistent=False)

    def weights(self, latent: torch.Tensor, label: int) -> torch.Tensor:
        """Return convex weights (B, n) over the n real points of a class."""
        labels = torch.full((len(latent),), label, device=latent.device)
        hidden = self.shared(torch.cat([latent, self.embed(labels)], dim=1))
        return torch.softmax(self.units[str(label)](hidden), dim=1)

    def forward(self, latent: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return points, (B, C, H, W) or (B, F), in the convex hulls of their classes."""
        found = latent.new_zeros((len(latent), *self.shape))
        for label in torch.unique(labels).tolist():
            chosen = labels == label
            points = self.weights(latent[chosen], label) @ getattr(self, f"class_{label}")
            found[chosen] = points.view(-1, *self.shape)
        return found


Logits = Callable[[torch.Tensor], torch.Tensor]
"""Maps points to class logits (B, K) in float32."""


class Game:
    """What each step of GAMO does with its generator and discriminator.

    Parameters
    ----------
    task : Task
        Its config has the rates, the batch size and the seed of all draws.
    steps : int
        The number of steps, over which the rates follow the config's schedule.
    weight : float
        The weight of fooling the classifier, relative to the discriminator.
    points : torch.Tensor
        Every training image, (N, C, H, W) in [-1, 1], or its features, (N, F).
    discriminator : torch.nn.Module
        The discriminator, whose parameters are trained.
    judge, classify : callable
        The discriminator's and the classifier's logits of such points; the discriminator has a
        source logit for each class.

    Raises
    ------
    DataError
        If the classes are balanced.
    """

    def __init__(
        self,
        task: Task,
        steps: int,
        weight: float,
        points: torch.Tensor,
        discriminator: nn.Module,
        judge: Logits,
        classify: Logits,
    ) -> None:
        self.task, self.weight = task, weight
        self.judge, self.classify = judge, classify
        config, counts = task.config, np.asarray(task.split.train_counts)
        missing = counts.max() - counts
        if not missing.any():
            raise DataError("GAMO has nothing to add: the classes are balanced")
        self.share = torch.from_numpy(missing / missing.sum())
        added = max(1, round(config.batch_size * missing.sum() / counts.sum()))
        self.added = min(added, 2 * config.batch_size)  # bounds a step of an extreme imbalance
        labels = torch.from_numpy(task.split.train.labels).to(points.device)
        minority = [int(label) for label in np.flatnonzero(missing)]
        with torch_seeded(int(numpy_stream(config.seed, "gamo weights").integers(2**31))):
            generator = ConvexGenerator(config.latent_dim, points, labels, minority)
        self.generator = generator.to(points.device)
        self.full = full_rates(config)  # its networks are not the architecture's
        self.of_generator = make_adam(self.generator.parameters(), self.full.of_generators)
        self.of_discriminator = make_adam(discriminator.parameters(), self.full.of_discriminator)
        self.rates = RateSchedule(config.rate_schedule, steps, config.warm_up)

    def objective(
        self, draw: Batches, change: Callable[[torch.Tensor, int], torch.Tensor]
    ) -> Objective:
        """Return what the classifier minimises in each step, once the other two have had a turn.

        Parameters
        ----------
        draw : callable
            Returns the real points of a step and their labels.
        change : callable
            Returns generated points as the two networks see them in a step.
        """

        def objective(step: int) -> torch.Tensor:
            set_rate(self.of_generator, self.full.of_generators * self.rates.factor(step))
            set_rate(self.of_discriminator, self.full.of_discriminator * self.rates.factor(step))
            real, truth = draw(step)
            latent, wanted = self._drawn(step)
            fake = change(self.generator(latent, wanted), step)
            # The generator's turn: look real to the discriminator, misclassified to the classifier.
            source = self.judge(fake).gather(1, wanted[:, None])
            known = torch.log_softmax(self.classify(fake), dim=1).gather(1, wanted[:, None])
            fooled = -torch.log1p(-known.exp().clamp(max=1 - 1e-6)).mean()
            step_by(self.of_generator, softplus(-source).mean() + self.weight * fooled)
            # The discriminator's turn.
            fake = fake.detach()
            seen = self.judge(real).gather(1, truth[:, None])
            made = self.judge(fake).gather(1, wanted[:, None])
            step_by(self.of_discriminator, softplus(-seen).mean() + softplus(made).mean())
            # The caller takes the classifier's turn.
            both = torch.cat([real, fake])
            return cross_entropy(self.classify(both), torch.cat([truth, wanted]))

        return objective

    def _drawn(self, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        config, device = self.task.config, self.task.device
        rng = torch_stream(config.seed, "gamo", step)
        wanted = torch.multinomial(self.share, self.added, replacement=True, generator=rng)
        latent = torch.randn((self.added, config.latent_dim), generator=rng)
        return latent.to(device), wanted.to(device)


def step_by(optimizer: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    """Take a step of an optimizer down the gradient of a loss, for its own parameters only."""
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    step_with(optimizer, parameters, torch.autograd.grad(loss, parameters, allow_unused=True))
