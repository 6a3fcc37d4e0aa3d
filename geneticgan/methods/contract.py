"""What every method is: it learns from the imbalanced training images and predicts labels."""

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
    """What a method is given.

    Attributes
    ----------
    split : Split
        The images; a method looks at the training part alone.
    config : TrainConfig
        Budget (``steps`` batches of ``batch_size`` real images), networks, seed.
    device : torch.device
        Where to compute.
    folder : Path
        For files of its own; need not exist.
    observers : sequence of Observer
        See the training.
    stop : StopRequest
        Looked at after every step.
    given : mapping
        Options of the run that were asked for of this method, by name; the config holds them, and
        a method that sets options of its own does not undo them.
    beginning : Path or None
        The weights that the classifier begins with; None for those that the seed draws.
    pretrained : Path or None
        The file of a run that holds its published weights; None where there is none.
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
    """What a method has learnt.

    Attributes
    ----------
    network : torch.nn.Module
        Images (B, C, H, W) in [-1, 1] to (source logits, class logits (B, K)).
    generators : sequence of Generator
        What it generates with; empty for a method that keeps no generator.
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
"""Options of a run that only a GAN's looks at, but for what some classifiers say of theirs."""

Trials = tuple[Mapping[str, float | str], ...]
"""Values of options and of the config, for each trial."""

CLASSIFIER_RATES: Trials = (
    {},
    {"classifier_learning_rate": 1e-2},
    {"classifier_learning_rate": 1e-3},
    {"classifier_learning_rate": 3e-4},
)
"""What tuning tries first for every method that trains a classifier of its own; the default rate
is 3e-3."""

TRIALS = 7
"""How many trials every method has, so that all are tuned with as much effort."""


class Method(ABC):
    """A way to classify imbalanced images; a plugin of the group ``geneticgan.methods``.

    All learn from as many real images: ``steps`` batches of ``batch_size``. Where a method sees
    more (DeepSMOTE, DOS), its docstring says how many. Options are the keyword arguments of
    ``__init__``.

    Attributes
    ----------
    title : str
        Name in tables.
    version : int
        Of the code: one more whenever a change gives other results, so that a benchmark does not
        take old results for new ones.
    trials : tuple of mapping
        Options and config values that tuning tries, `TRIALS` of them for every method (see
        `geneticgan.benchmark.tuning`); the first is the default.
    unused : frozenset of str
        Options of the run that it does not look at, besides those of the data. Who asks for one
        of them is told so.
    goes_on : bool
        Whether it can begin with the weights of another run: `fit` then loads those of the task.
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
        """Return the config by which the method's images are read: the same, unless it says so.

        A method that wants images in another size than the networks trained here changes the data
        set's ``image_size``, and nothing else: which images are trained and judged on stays as the
        config says.
        """
        return config

    def prepare(self, task: Task) -> None:
        """Make what every training of this method needs of the images of a split, whichever part.

        Nothing, unless a method computes something dear of single images; that is kept in the
        cache. `fit` does without.

        Raises
        ------
        GeneticGanError, Interrupted
            As `fit`.
        """
        return

    @abstractmethod
    def fit(self, task: Task) -> Fitted:
        """Learn from the training part.

        Raises
        ------
        GeneticGanError
            For anything the user can mend.
        Interrupted
            If a stop was asked for.
        """

    def build(self, split: Split, config: TrainConfig, device: torch.device) -> torch.nn.Module:
        """Return the network before training, into which the weights of a fitted one can be loaded.

        The classifier network unless a method says otherwise; one that says otherwise does so
        here and in what `fit` returns.

        Parameters
        ----------
        split : Split
            Of the shape and classes of the training images; it need hold none.
        config : TrainConfig
            As in training.
        device : torch.device
            Where to.
        """
        return build_classifier(split, config, device)

    def unfilled(self, split: Split, config: TrainConfig, device: torch.device) -> torch.nn.Module:
        """Return what `build` does, for weights, every one of them, that come from a file next.

        A method whose network holds pretrained weights defines it, so that using what was trained
        needs these no more. Parameters as for `build`.
        """
        return self.build(split, config, device)
