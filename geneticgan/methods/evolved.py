"""What ACGAN, LSGAN, WGAN, E-GAN and AGGAN have in common: settings of one evolutionary core."""

from __future__ import annotations

import dataclasses
import shutil
from abc import abstractmethod
from typing import ClassVar

import torch

from geneticgan.config import TrainConfig
from geneticgan.data.splits import Split
from geneticgan.methods.catalogue import method_of
from geneticgan.methods.contract import Fitted, Method, Task, Trials
from geneticgan.training.loop import Evolution
from geneticgan.training.model import build_model
from geneticgan.training.run_folder import RunFolder

ALWAYS = "always"
"""The selection under which every living best offspring takes its parent's place."""

BUDGET = frozenset({"recipe", "steps", "validate_every"})
"""Options that a method builds on when it sets its own: asked for, they do not undo those."""

RATES: Trials = (
    {},
    {"learning_rate": 1e-2},
    {"learning_rate": 1e-3},
    {"learning_rate": 3e-4, "generator_learning_rate": 3e-4},
    {"generator_learning_rate": 2e-3},
    {"oversampling": "weights"},
    {"tau": 1.5},
)
"""The discriminator's and the generators' rates (3e-3 and 5e-4 by default), how real images are
drawn, and the strength of the balanced softmax."""


class Evolved(Method):
    """A GAN whose discriminator has a class head, trained by the evolutionary core."""

    trials: ClassVar[Trials] = RATES

    @abstractmethod
    def settings(self, config: TrainConfig) -> TrainConfig:
        """Return the config that makes the core this method."""

    def fit(self, task: Task) -> Fitted:
        """Evolve; the class head of the last discriminator classifies."""
        shutil.rmtree(task.folder, ignore_errors=True)
        kept = {name: value for name, value in task.given.items() if name not in BUDGET}
        config = dataclasses.replace(self.settings(task.config), **kept)
        folder = RunFolder.create(task.folder, config)
        evolution = Evolution(config, task.split, folder, task.observers, task.stop)
        model = evolution.run()
        return Fitted(model.discriminator, model.generators)

    def build(self, split: Split, config: TrainConfig, device: torch.device) -> torch.nn.Module:
        """Return the discriminator, whose class head classifies."""
        return build_model(self.settings(config), split).discriminator.to(device)


def core_config(config: TrainConfig) -> TrainConfig | None:
    """Return the config of the evolutionary core that is a run's method.

    The run's own options are those of its method ``aggan``; another one sets what makes the core
    that method.

    Returns
    -------
    TrainConfig or None
        None if the run's method is not of the core.
    """
    if config.method == "aggan":
        return config
    method = method_of(config)
    return method.settings(config) if isinstance(method, Evolved) else None
