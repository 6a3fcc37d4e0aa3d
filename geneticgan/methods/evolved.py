"""The base of ACGAN, LSGAN, WGAN, E-GAN and AGGAN, which are settings of one evolutionary core."""

from __future__ import annotations

import dataclasses
import shutil
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import torch

from geneticgan.config import TrainConfig
from geneticgan.data.splits import Split
from geneticgan.methods.contract import Fitted, Method, Task, Trials
from geneticgan.training.loop import Evolution
from geneticgan.training.model import build_model
from geneticgan.training.run_folder import RunFolder

ALWAYS = "always"
"""The selection in which the best offspring always replaces its parent unless it failed."""

BUDGET = frozenset({"recipe", "steps", "validate_every"})
"""Options from which a method derives its own settings; setting them does not override those."""

RATES: Trials = (
    {},
    {"learning_rate": 1e-2},
    {"learning_rate": 1e-3},
    {"learning_rate": 3e-4, "generator_learning_rate": 3e-4},
    {"generator_learning_rate": 2e-3},
    {"oversampling": "weights"},
    {"tau": 1.5},
)
"""Trials of the discriminator's and the generators' rates (3e-3 and 5e-4 by default), of how real
images are drawn, and of the strength of the balanced softmax."""


class Evolved(Method):
    """A GAN whose discriminator has a class head, trained by the evolutionary core."""

    trials: ClassVar[Trials] = RATES
    goes_on = True

    @abstractmethod
    def settings(self, config: TrainConfig) -> TrainConfig:
        """Return the config with which the core is this method."""

    def core(self, config: TrainConfig, given: Mapping[str, Any]) -> TrainConfig:
        """Return the config of the core; options that were given explicitly take precedence."""
        kept = {name: value for name, value in given.items() if name not in BUDGET}
        return dataclasses.replace(self.settings(config), **kept)

    def fit(self, task: Task) -> Fitted:
        """Evolve; the class head of the last discriminator classifies."""
        shutil.rmtree(task.folder, ignore_errors=True)
        config = self.core(task.config, task.given)
        folder = RunFolder.create(task.folder, config)
        evolution = Evolution(config, task.split, folder, task.observers, task.stop)
        model = evolution.run()
        return Fitted(model.discriminator, model.generators)

    def build(self, split: Split, config: TrainConfig, device: torch.device) -> torch.nn.Module:
        """Return the discriminator, whose class head classifies."""
        return build_model(self.settings(config), split).discriminator.to(device)
