"""A deep ensemble: several whole networks whose probabilities are averaged."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import torch

from geneticgan.config import TrainConfig
from geneticgan.data.splits import Split
from geneticgan.methods.adjusted import Adjusted
from geneticgan.methods.classifier import train
from geneticgan.methods.contract import CLASSIFIER_RATES, OF_GANS, Fitted, Method, Task, Trials
from geneticgan.networks.averaged import Averaged
from geneticgan.seeding import numpy_stream


class DeepEnsemble(Method):
    """Networks that differ only in their seed (Lakshminarayanan et al. 2017), averaged.

    Each draws its own initial weights, batches and augmentation, and learns as the balanced softmax
    does, or, drawn evenly, as plain oversampling does; the first is the network that such a
    run with the same seed would train. All take their steps together. The ensemble sees ``count``
    times as many real images as a single network, and costs as many times its time, in training and
    in use.

    Parameters
    ----------
    count : int
        The number of networks, >= 1.
    drawing : str
        How labels are drawn: ``balanced``, ``root`` or ``natural``.
    tau : float
        The strength of the logits' adjustment, >= 0.
    """

    title = "Deep ensemble"
    unused: ClassVar[frozenset[str]] = OF_GANS
    trials: ClassVar[Trials] = (
        *CLASSIFIER_RATES,
        {"drawing": "balanced"},
        {"tau": 1.5},
        {"weight_decay": 0.05},
    )

    def __init__(self, count: int = 3, drawing: str = "root", tau: float = 1.0) -> None:
        if count < 1:
            raise ValueError(f"count must be >= 1, got {count}")
        self.count = count
        self.member = Adjusted(drawing, tau)

    def fit(self, task: Task) -> Fitted:
        """Train all members, each on batches of its own.

        A step minimises the sum of the members' losses. They share no weights, and Adam scales each
        weight's step by that weight's gradients alone, so each learns as it would by itself.
        """
        configs = self._configs(task.config)
        members = [self.member.build(task.split, config, task.device) for config in configs]
        objectives = [
            self.member.objective(member, dataclasses.replace(task, config=config))
            for member, config in zip(members, configs, strict=True)
        ]
        network = Averaged(members)

        def objective(step: int) -> torch.Tensor:
            return torch.stack([each(step) for each in objectives]).sum()

        train(network, objective, self.title, task.config.steps, task)
        return Fitted(network)

    def build(self, split: Split, config: TrainConfig, device: torch.device) -> Averaged:
        """Return the members before training."""
        return Averaged([self.member.build(split, each, device) for each in self._configs(config)])

    def unfilled(self, split: Split, config: TrainConfig, device: torch.device) -> Averaged:
        """Return the members for weights from a file."""
        return Averaged(
            [self.member.unfilled(split, each, device) for each in self._configs(config)]
        )

    def _configs(self, config: TrainConfig) -> list[TrainConfig]:
        """Return the config of each member, the first of which has the run's own seed."""
        drawn = numpy_stream(config.seed, "ensemble members").integers(2**31, size=self.count)
        seeds = [config.seed, *map(int, drawn[1:])]
        return [dataclasses.replace(config, seed=seed) for seed in seeds]
