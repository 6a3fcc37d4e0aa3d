"""Every option of a run, resolved: what config.json holds and what a run depends on."""

from __future__ import annotations

import dataclasses
import json
import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

from geneticgan.changes import parse_changes
from geneticgan.devices import check_device
from geneticgan.errors import ConfigError
from geneticgan.recipes import DEFAULT_RECIPE, RECIPES

PRECISIONS = ("float32", "bf16")
ADVERSARIES = ("logistic", "least-squares", "wasserstein")
PLACES = ("auto", "device", "host")
BREEDINGS = ("auto", "plain", "shared", "resident")
SETTINGS = ("multi-class", "two-class", "as-is")
PROFILES = ("exponential", "step")
OVERSAMPLINGS = ("auto", "batches", "exact", "root", "weights")
CLASS_LOSSES = ("cross-entropy", "balanced-softmax")
RATE_SCHEDULES = ("constant", "cosine")
WEIGHTINGS = ("auto", "even", "confidence")
GUIDANCES = ("auto", "shared", "real")

BY_RECIPE: Any = type("ByRecipe", (), {"__repr__": lambda _: "by the recipe"})()
"""Stands for an option that is not given, where the recipe has a value."""


@dataclass(frozen=True)
class TrainConfig:
    """Options of ``geneticgan train``; validated when made.

    Attributes
    ----------
    recipe : str
        One of `geneticgan.recipes.RECIPES`: the values of options that are not given and that a
        recipe sets. `dataclasses.replace` keeps the values there are; see `with_recipe`.
    mutations, schedule, fitness, selection, architecture, dataset : str
        Plugins with options, as typed.
    T, alpha : float or None
        Given to the schedule; None leaves the schedule's own default.
    lambda_ : float
        Weight of diversity in the fitness (equation 4), >= 0.
    population : int
        Generators that survive a generation.
    breeding : str
        How a generation is computed; the result is the same to rounding. ``plain`` is the slow
        one, ``shared`` computes once what offspring have in common, ``resident`` also selects on
        the device (a CUDA graph there); ``auto`` is resident on CUDA and shared elsewhere.
    data_root : str or None
        Folder (or archive, or file) of the data set; None is the data set's usual place.
    image_size : int or None
        Pixels, for data sets of free size.
    download, skip_corrupt : bool
        Fetch missing files; go on without images that cannot be read.
    setting : str
        ``multi-class`` (the data set's default counts), ``two-class`` or ``as-is``.
    ratio : float or None
        Largest over smallest count, of two classes or of a profile; None is 100.
    positive, negative : str or None
        Majority and minority class of two; None are the data set's own (Table II).
    profile : str or None
        ``exponential`` or ``step`` counts; overrides the setting.
    largest : int or None
        Images of the largest class, of two classes or of a profile.
    counts : tuple of int or None
        Images by class; overrides profile and setting.
    oversampling : str
        How minority images are repeated. ``auto`` is ``root`` for the balanced softmax and
        ``batches`` for the cross-entropy. ``batches`` draws the label of every image of a batch
        evenly, ``exact`` shuffles a list in which every class has as many entries. ``root`` draws
        labels by the square root of the classes' sizes, ``weights`` images as they are, and both
        let an image count so much that all classes weigh alike in the mean.
    class_loss, tau : str, float
        What the discriminator's class head learns by on real images: the ``cross-entropy`` of the
        paper, or the ``balanced-softmax``, which adds ``tau`` times the logarithm of each class's
        share of the batches to the logits (`geneticgan.gan.class_loss`).
    validation_fraction : float
        Share of the training images held out to watch, in [0, 1).
    steps : int
        Generations, each with one batch of real images; also the classifiers' steps.
    batch_size : int
        Real images of a batch, >= 2.
    width : int
        Channels of the networks' narrowest layer.
    latent_dim : int
        Length of the latent vector.
    learning_rate, classifier_learning_rate : float
        Adam's learning rate (betas 0.5, 0.999) for the discriminator, and for the separate
        classifiers, before the rate schedule.
    generator_learning_rate : float or None
        The same for the generators; None is the discriminator's.
    rate_schedule, warm_up : str, float
        ``constant`` or ``cosine``, for every network; and the share of the steps in [0, 1) over
        which rates first rise (`geneticgan.training.rates`).
    weight_decay : float
        Decoupled weight decay of the discriminator and of classifiers, >= 0.
    augmentation : str
        Changes of every image that a network learns from, generated ones too: ``none``, or some of
        ``flip,translation,deformation,cutout`` (`geneticgan.changes`).
    adversary : str
        The discriminator's loss: ``logistic`` (the paper's), ``least-squares``, ``wasserstein``.
    clip, critic_steps, gradient_penalty : float, int, float
        Largest critic weight (``wasserstein``; 0 for none), discriminator steps a generation,
        each on its own real batch, and weight of the gradient penalty.
    seed : int
        Draws the imbalanced subset and everything else, >= 0.
    device, precision : str
        Where to compute (``auto``, ``cpu``, ``cuda``, ``cuda:N``), in ``float32`` or ``bf16``.
    validate_every, checkpoint_every : int
        Generations between two looks at the validation part, and between two checkpoints.
    offspring_steps, fitness_batches : int
        Optimizer steps that make an offspring, each on latents of its own; and generated batches
        that its fitness is taken on.
    generated_class_weight : float
        Of the class loss on generated images in what the discriminator learns, >= 0.
    generated_class_weighting : str
        What a generated image counts in it: all ``even``, or by ``confidence``, the probability
        that the guiding head gives to the label that was asked for; ``auto`` is even with two
        classes, confidence with more.
    class_guidance : str
        Whose class loss generators learn from: the ``shared`` class head's, or that of a head of
        its own which learns from ``real`` images alone; ``auto`` is shared with two classes, real
        with more.
    images_on : str
        Where training images are kept: on the ``device``, or on the ``host``, from where batches
        are streamed; ``auto`` is the device if they take at most half of what is free there.
    """

    recipe: str = DEFAULT_RECIPE
    mutations: str = "minimax,nonsat,lsgan"
    schedule: str = "exponential"
    fitness: str = "paper"
    selection: str = "annealing"
    architecture: str = "convolutional"
    T: float | None = None
    alpha: float | None = None
    lambda_: float = 1.0
    population: int = 1
    breeding: str = "auto"
    dataset: str = "digits"
    data_root: str | None = None
    image_size: int | None = None
    download: bool = False
    skip_corrupt: bool = False
    setting: str = "multi-class"
    ratio: float | None = None
    positive: str | None = None
    negative: str | None = None
    profile: str | None = None
    largest: int | None = None
    counts: tuple[int, ...] | None = None
    oversampling: str = "auto"
    class_loss: str = BY_RECIPE
    tau: float = 1.0
    augmentation: str = BY_RECIPE
    adversary: str = "logistic"
    clip: float = 0.01
    critic_steps: int = 1
    gradient_penalty: float = 0.0
    offspring_steps: int = 1
    fitness_batches: int = 1
    generated_class_weight: float = BY_RECIPE
    generated_class_weighting: str = BY_RECIPE
    class_guidance: str = BY_RECIPE
    validation_fraction: float = 0.1
    steps: int = 3000
    batch_size: int = 50
    width: int = 32
    latent_dim: int = 64
    learning_rate: float = BY_RECIPE
    classifier_learning_rate: float = BY_RECIPE
    generator_learning_rate: float | None = BY_RECIPE
    rate_schedule: str = BY_RECIPE
    warm_up: float = 0.0
    weight_decay: float = 0.0
    seed: int = 0
    device: str = "auto"
    precision: str = "float32"
    images_on: str = "auto"
    validate_every: int = 100
    checkpoint_every: int = 500

    def __post_init__(self) -> None:
        _one_of(self, "recipe", tuple(RECIPES))
        for name, value in RECIPES[self.recipe].items():
            if getattr(self, name) is BY_RECIPE:
                object.__setattr__(self, name, value)
        _check_types(self)
        _at_least(self, "lambda_", 0.0)
        for name in ("steps", "population", "width", "latent_dim"):
            _at_least(self, name, 1)
        for name in ("validate_every", "checkpoint_every"):
            _at_least(self, name, 1)
        # Batch normalisation needs two samples to have a variance.
        _at_least(self, "batch_size", 2)
        for name in ("critic_steps", "offspring_steps", "fitness_batches"):
            _at_least(self, name, 1)
        for name in ("clip", "gradient_penalty", "generated_class_weight", "tau", "weight_decay"):
            _at_least(self, name, 0)
        _at_least(self, "seed", 0)
        for name in ("learning_rate", "classifier_learning_rate", "generator_learning_rate"):
            if name == "generator_learning_rate" and self.generator_learning_rate is None:
                continue
            if not 0 < getattr(self, name) < math.inf:
                raise ConfigError(f"{name} must be a positive number, got {getattr(self, name)}")
        for name in ("validation_fraction", "warm_up"):
            if not 0 <= getattr(self, name) < 1:
                raise ConfigError(f"{name} must be in [0, 1), got {getattr(self, name)}")
        check_device(self.device)
        _one_of(self, "precision", PRECISIONS)
        _one_of(self, "images_on", PLACES)
        _one_of(self, "setting", SETTINGS)
        _one_of(self, "breeding", BREEDINGS)
        _one_of(self, "oversampling", OVERSAMPLINGS)
        _one_of(self, "class_loss", CLASS_LOSSES)
        _one_of(self, "rate_schedule", RATE_SCHEDULES)
        _one_of(self, "adversary", ADVERSARIES)
        _one_of(self, "generated_class_weighting", WEIGHTINGS)
        _one_of(self, "class_guidance", GUIDANCES)
        parse_changes(self.augmentation)
        if self.profile is not None:
            _one_of(self, "profile", PROFILES)
        if self.ratio is not None and not self.ratio >= 1:
            raise ConfigError(f"ratio must be at least 1, got {self.ratio}")
        if self.largest is not None and self.largest < 1:
            raise ConfigError(f"largest must be at least 1, got {self.largest}")
        two_class = self.setting == "two-class"
        if (self.ratio or self.largest) and not (two_class or self.profile):
            raise ConfigError("ratio and largest need --setting two-class, or a --profile")
        if (self.positive or self.negative) and not two_class:
            raise ConfigError("positive and negative need --setting two-class")
        if self.counts is not None and (len(self.counts) < 2 or min(self.counts) < 1):
            raise ConfigError("counts needs a number >= 1 for each class, such as 400,200,100")

    @property
    def drawing(self) -> str:
        """How the discriminator's real batches are drawn: the oversampling, resolved."""
        if self.oversampling != "auto":
            return self.oversampling
        return "root" if self.class_loss == "balanced-softmax" else "batches"

    @property
    def generator_rate(self) -> float:
        """The generators' learning rate, resolved."""
        given = self.generator_learning_rate
        return self.learning_rate if given is None else given

    def with_recipe(self, recipe: str) -> TrainConfig:
        """Return a config in which all that a recipe sets is that recipe's."""
        values: dict[str, Any] = dict(RECIPES[recipe])
        return dataclasses.replace(self, recipe=recipe, **values)

    def to_json(self) -> dict[str, Any]:
        """Return the options as JSON types."""
        return dataclasses.asdict(self)

    @classmethod
    def from_mapping(cls, values: dict[str, Any], origin: str) -> TrainConfig:
        """Make a config of a mapping read from a file.

        Raises
        ------
        ConfigError
            If a key is unknown or a value has the wrong type or range; names the origin.
        """
        known = {field.name for field in dataclasses.fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ConfigError(
                f"{origin}: unknown option {unknown[0]!r}; known: {', '.join(sorted(known))}"
            )
        values = dict(values)
        if isinstance(values.get("counts"), list):
            values["counts"] = tuple(values["counts"])
        try:
            return cls(**values)
        except ConfigError as error:
            raise ConfigError(f"{origin}: {error}") from error


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file of options; keys are those of `TrainConfig`, ``-`` counting as ``_``.

    Raises
    ------
    ConfigError
        If it cannot be read or is not TOML.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as TOML: {error}") from error
    renamed = {key.replace("-", "_"): value for key, value in data.items()}
    if "lambda" in renamed:
        renamed["lambda_"] = renamed.pop("lambda")
    return renamed


def read_json(path: Path) -> Any:
    """Read a JSON file; `ConfigError` if it cannot be read or is not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as JSON: {error}") from error


def _check_types(config: TrainConfig) -> None:
    for name, hint in get_type_hints(TrainConfig).items():
        value = getattr(config, name)
        if name == "counts":
            fits = value is None or (
                isinstance(value, tuple) and all(type(count) is int for count in value)
            )
        else:
            accepted = getattr(hint, "__args__", (hint,))
            fits = type(value) in accepted or (type(value) is int and float in accepted)
        if not fits:
            raise ConfigError(f"{name} cannot be {value!r}")


def _at_least(config: TrainConfig, name: str, smallest: float) -> None:
    value = getattr(config, name)
    if not smallest <= value < math.inf:
        raise ConfigError(f"{name.rstrip('_')} must be at least {smallest}, got {value}")


def _one_of(config: TrainConfig, name: str, choices: tuple[str, ...]) -> None:
    if getattr(config, name) not in choices:
        raise ConfigError(
            f"{name} must be one of {', '.join(choices)}, got {getattr(config, name)!r}"
        )
