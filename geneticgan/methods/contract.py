"""The contract of methods, which learn from imbalanced training images and predict labels."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import torch

from geneticgan.config import TrainConfig
from geneticgan.data.splits import Split
from geneticgan.methods.network import build_classifier
from geneticgan.networks import Generator
from geneticgan.training.hooks import Observer
from geneticgan.training.interrupt import StopRequest


@dataclass(frozen=True)
class Task:
    """The input of a method.

    Attributes
    ----------
    split : Split
        The images; a method uses only the training part.
    config : TrainConfig
        The budget (``steps`` batches of ``batch_size`` real images), networks and seed.
    device : torch.device
        The device to compute on.
    folder : Path
        A folder for the method's own files; need not exist.
    observers : sequence of Observer
        Observers of the training.
    stop : StopRequest
        A stop request that is checked after every step.
    given : mapping
        Options of the run that were set for this method, by name; the config contains them, and
        methods that set options themselves must keep them.
    beginning : Path or None
        The weights that the classifier starts from; None for random weights.
    pretrained : Path or None
        The file in a run that holds its published weights; None if there is none.
    """

    split: Split
    config: TrainConfig
    device: torch.device
    folder: Path
    observers: Sequence[Observer] = ()
    stop: StopRequest = field(default_factory=StopRequest)
    given: Mapping[str, Any] = field(default_factory=dict)
    beginning: Path | None = None
    pretrained: Path | None = None


@dataclass(frozen=True)
class Fitted:
    """The result of a method.

    Attributes
    ----------
    network : torch.nn.Module
        Maps images (B, C, H, W) in [-1, 1] to (source logits, class logits (B, K)).
    generators : sequence of Generator
        The trained generators; empty for a method that keeps none.
    """

    network: torch.nn.Module
    generators: Sequence[Generator] = ()


OF_GANS = frozenset(
    {
        *("mutations", "schedule", "T", "alpha", "fitness", "selection", "lambda_", "population"),
        *("offspring_steps", "fitness_batches", "breeding", "adversary", "clip", "critic_steps"),
        *("gradient_penalty", "source_weight", "generated_class_weight", "class_guidance"),
        *("generated_class_weighting", "class_loss", "tau", "learning_rate", "latent_dim"),
        *("generator_learning_rate", "oversampling", "checkpoint_every"),
    }
)
"""Options of a run that only GANs use, apart from exceptions that some classifiers declare."""

Trials = tuple[Mapping[str, float | str], ...]
"""The values of options and of the config for each trial."""

CLASSIFIER_RATES: Trials = (
    {},
    {"classifier_learning_rate": 1e-2},
    {"classifier_learning_rate": 1e-3},
    {"classifier_learning_rate": 3e-4},
)
"""The first trials of every method that trains a separate classifier; the default rate is 3e-3."""

TRIALS = 7
"""The number of trials of every method, so that all are tuned with equal effort."""


class Method(ABC):
    """A way to classify imbalanced images; a plugin of the group ``geneticgan.methods``.

    All learn from the same number of real images: ``steps`` batches of ``batch_size``. If a method
    sees more (DeepSMOTE, DOS), its docstring says how many. Options are the keyword arguments of
    ``__init__``.

    Attributes
    ----------
    title : str
        The name in tables.
    version : int
        The version of the code, raised by one whenever results change, so that a benchmark does
        not mistake old results for new ones.
    trials : tuple of mapping
        The options and config values that tuning tries, `TRIALS` for every method (see
        `geneticgan.benchmark.tuning`); the first is the default.
    unused : frozenset of str
        Options of the run, besides those of the data, that the method ignores. Setting one is an
        error.
    goes_on : bool
        Whether it can start from the weights of another run: `fit` then loads those of the task.
    """

    title: str
    version: ClassVar[int] = 1
    unused: ClassVar[frozenset[str]] = frozenset()
    goes_on: ClassVar[bool] = False
    trials: ClassVar[Trials] = (
        *CLASSIFIER_RATES,
        {"weight_decay": 0.05},
        {"warm_up": 0.1},
        {"classifier_learning_rate": 1e-2, "warm_up": 0.1},
    )

    def reads(self, config: TrainConfig) -> TrainConfig:
        """Return the config by which the method's images are read; by default the same.

        A method that needs images in another size than the networks trained here changes the data
        set's ``image_size`` and nothing else: the images used for training and evaluation stay
        the same.
        """
        return config

    def prepare(self, task: Task) -> None:
        """Compute in advance what every training of this method needs from a split's images.

        By default nothing. A method that computes something expensive for single images does so
        here and keeps it in the cache; `fit` works without it.

        Raises
        ------
        GeneticGanError, Interrupted
            As for `fit`.
        """
        return

    @abstractmethod
    def fit(self, task: Task) -> Fitted:
        """Learn from the training part.

        Raises
        ------
        GeneticGanError
            For anything that the user can fix.
        Interrupted
            If a stop was requested.
        """

    def build(self, split: Split, config: TrainConfig, device: torch.device) -> torch.nn.Module:
        """Return the network before training, into which the weights of a fitted one can be loaded.

        By default this is the classifier network; a method that overrides this returns the same
        kind of network from `fit`.

        Parameters
        ----------
        split : Split
            A split with the image shape and classes of training; it may be empty.
        config : TrainConfig
            The config of the training.
        device : torch.device
            The device to put the network on.
        """
        return build_classifier(split, config, device)

    def unfilled(self, split: Split, config: TrainConfig, device: torch.device) -> torch.nn.Module:
        """Return the network of `build` before all its weights are loaded from a file.

        A method whose network contains pretrained weights overrides this, so that a trained
        network can be used without them. Parameters as for `build`.
        """
        return self.build(split, config, device)
