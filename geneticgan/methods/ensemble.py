"""An ensemble of class heads on shared features."""

from __future__ import annotations

import math
from typing import ClassVar

import torch
from torch import nn

from geneticgan.config import TrainConfig
from geneticgan.methods.adjusted import Adjusted
from geneticgan.methods.classifier import Objective, augmentation_of, autocast
from geneticgan.methods.contract import CLASSIFIER_RATES, Task, Trials
from geneticgan.networks import Discriminator
from geneticgan.seeding import numpy_stream, torch_seeded, torch_stream

HIDDEN = 4
"""The hidden units of a head, in multiples of the networks' width; linear heads would coincide."""


class Heads(nn.Module):
    """Several class heads, each with a hidden layer, whose probabilities are averaged.

    Parameters
    ----------
    features, hidden, classes, count : int
        The numbers of input features, hidden units per head, classes, and heads.
    """

    def __init__(self, features: int, hidden: int, classes: int, count: int) -> None:
        super().__init__()
        self.heads = nn.ModuleList(
            nn.Sequential(nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, classes))
            for _ in range(count)
        )

    def each(self, features: torch.Tensor) -> torch.Tensor:
        """Return the logits (heads, B, K) for features (B, F)."""
        return torch.stack([head(features) for head in self.heads])

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return the logarithm of the mean probabilities, (B, K)."""
        logs = self.each(features).log_softmax(dim=2)
        return logs.logsumexp(dim=0) - math.log(len(self.heads))


class Ensemble(Adjusted):
    """Heads on one trunk (Lee et al. 2015), each with its own bootstrap (Oza and Russell 2001).

    In every batch, each head weights each image by a Poisson number with mean 1. The loss is the
    balanced softmax; the ensemble costs little more than a single network.

    Parameters
    ----------
    heads : int
        The number of heads, >= 1.
    drawing : str
        How labels are drawn: ``balanced``, ``root`` or ``natural``.
    tau : float
        The strength of the logits' adjustment, >= 0.
    """

    key = "ensemble"
    title = "Ensemble of heads"
    trials: ClassVar[Trials] = (
        *CLASSIFIER_RATES,
        {"heads": 10},
        {"drawing": "natural"},
        {"tau": 1.5},
    )

    def __init__(self, heads: int = 5, drawing: str = "root", tau: float = 1.0) -> None:
        if heads < 1:
            raise ValueError(f"heads must be >= 1, got {heads}")
        super().__init__(drawing, tau)
        self.heads = heads

    def headed(self, network: Discriminator, config: TrainConfig) -> Discriminator:
        """Return the network with the heads in place of its class head."""
        before = network.classifier
        with torch_seeded(int(numpy_stream(config.seed, "ensemble heads").integers(2**31))):
            heads = Heads(network.features, HIDDEN * config.width, before.out_features, self.heads)
        network.add_module("classifier", heads.to(before.weight.device))
        return network

    def objective(self, network: Discriminator, task: Task) -> Objective:
        """Return the mean loss of the heads, each on its own bootstrap of the batch."""
        draw, augment, loss = self.batches(task), augmentation_of(task), self.loss(task)
        heads: torch.nn.Module = network.get_submodule("classifier")
        assert isinstance(heads, Heads)  # that is what `headed` put there

        def objective(step: int) -> torch.Tensor:
            images, labels = draw(step)
            with autocast(task):
                logits = heads.each(network.trunk(augment(images, "classifier", step)))
            rng = torch_stream(task.config.seed, "bootstrap", step)
            counts = torch.poisson(torch.ones(len(logits), len(labels)), generator=rng)
            losses = torch.stack([loss.each(one.float(), labels) for one in logits])
            return (counts.to(losses.device) * losses).mean()

        return objective
