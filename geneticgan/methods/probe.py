"""Probe: a linear class head on a pretrained network's features."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import OrderedDict
from functools import partial
from typing import ClassVar

import numpy as np
import torch
from torch import nn

from geneticgan.config import TrainConfig
from geneticgan.data.dataset import DATASETS
from geneticgan.data.splits import Split
from geneticgan.errors import ConfigError
from geneticgan.methods.contract import OF_GANS, Fitted, Method, Task, Trials
from geneticgan.methods.feature_store import Float32Array
from geneticgan.methods.features import CHUNK, features_of
from geneticgan.methods.linear_head import LinearHead, choose_l2, fit_head
from geneticgan.methods.resampled_features import RESAMPLES, resampled_features
from geneticgan.networks.backbones.contract import Features, Pretrained, create_backbone
from geneticgan.seeding import torch_seeded
from geneticgan.specs import options_of, parse_specs

REMEMBERED = 4096
"""The maximal number of images whose features a network keeps for repeated evaluation."""

ENLARGED = 8
"""The maximal factor by which an image is enlarged, unless a size is given."""


class ProbeNetwork(nn.Module):
    """A frozen backbone with a linear head: maps images to (source logits, class logits).

    It does not judge whether images are real: source logits are 0.

    Parameters
    ----------
    features : Features
        The backbone.
    length : int
        The number of features.
    classes : int
        The number of classes.
    """

    def __init__(self, features: Features, length: int, classes: int) -> None:
        super().__init__()
        self.features = features.requires_grad_(False)
        self.classifier = nn.Linear(length, classes)
        self._seen: OrderedDict[bytes, torch.Tensor] | None = None

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return source logits (B,) and class logits (B, K) for images (B, C, H, W) in [-1, 1]."""
        if torch.compiler.is_compiling():  # exported with any number of images
            found = self.features(images)
        else:
            remembers = self._seen is not None and not images.requires_grad
            features = self._remembered if remembers else self.features
            found = torch.cat([features(chunk) for chunk in torch.split(images, CHUNK)])
        # Not its length, which an exported graph would take for a constant.
        return found.new_zeros(found.shape[0]), self.classifier(found)

    def remember(self) -> None:
        """Cache the features of recent images from now on, for a backbone that stays unchanged.

        Evaluating a network shows it the same images several times.
        """
        self._seen = OrderedDict()

    def _remembered(self, images: torch.Tensor) -> torch.Tensor:
        """Return the features of images, computing only those that are not cached."""
        assert self._seen is not None, "only called on a network that remembers"
        arrays = images.detach().cpu().contiguous().numpy()
        keys = [hashlib.blake2b(each.data, digest_size=20).digest() for each in arrays]
        new = [row for row, key in enumerate(keys) if key not in self._seen]
        if new:
            computed = self.features(images[new])
            self._seen |= zip([keys[row] for row in new], computed, strict=True)
        found = torch.stack([self._seen[key] for key in keys])
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return found

    def train(self, mode: bool = True) -> ProbeNetwork:
        """Stay in evaluation mode, so that the backbone keeps its original statistics."""
        return super().train(False)


class Probe(Method):
    """Linear probe: fixed ImageNet features and a linear head, trained with balanced softmax.

    The head is fitted by L-BFGS to all training images at once; its L2 penalty is chosen by
    cross-validation within the training part. If a data set consists of image files of any size,
    these are decoded again for the backbone at its own resolution; otherwise the images are
    resized, to at most eight times their size. Features are computed once and cached.

    Parameters
    ----------
    backbone : str
        A plugin of the group ``geneticgan.backbones``, as in ``torchvision:resnet18``.
    tau : float
        The strength of the logits' adjustment by class shares, >= 0; 1 is the balanced softmax.
    size : int
        The image size in pixels; 0 for the backbone's own.
    l2 : float
        The penalty; 0 for the one that cross-validation chooses.
    views : int
        How often every training image is seen, >= 1: once unchanged, and otherwise changed by the
        config's augmentation, in the same way in every training.
    resample : str
        The sampler that adds features to the smaller classes until all are as large as the
        largest: ``none``; ``smote`` or ``borderline-smote``, with five neighbours; or ``aggan``,
        rows of `geneticgan.AnnealingGANSampler` that start from real ones. Each fold of the
        cross-validation is resampled separately. Do not use it without a comparison: where it was
        measured, each of them cost two points, since the balanced softmax already corrects for
        the counts.
    """

    title = "Linear probe"
    unused: ClassVar[frozenset[str]] = OF_GANS | {
        *("steps", "batch_size", "width", "architecture", "classifier_learning_rate"),
        *("rate_schedule", "warm_up", "weight_decay", "augmentation", "precision", "images_on"),
        "validate_every",
    }
    trials: ClassVar[Trials] = (
        {},
        {"tau": 0.5},
        {"tau": 1.5},
        {"l2": 0.1},
        {"l2": 0.01},
        {"l2": 0.001},
        {"l2": 0.0001},
    )

    def __init__(
        self,
        backbone: str = "efficientnet-lite0",
        tau: float = 1.0,
        size: int = 0,
        l2: float = 0.0,
        views: int = 1,
        resample: str = "none",
    ) -> None:
        if not (tau >= 0 and l2 >= 0 and size >= 0 and views >= 1):
            raise ValueError(
                "tau, size and l2 must be >= 0 and views at least 1, "
                f"got {tau}, {size}, {l2} and {views}"
            )
        if resample not in RESAMPLES:
            raise ValueError(f"resample must be one of {', '.join(RESAMPLES)}, got {resample!r}")
        if views > 1:
            self.unused = type(self).unused - {"augmentation"}  # type: ignore[misc]  # of this one
        self.backbone = create_backbone(backbone)
        self.tau = tau
        self.size = size
        self.l2 = l2
        self.views = views
        self.resample = resample
        self._loaded: Pretrained | None = None

    def reads(self, config: TrainConfig) -> TrainConfig:
        """Return the config with the backbone's image size, if the data set's size is free."""
        (spec,) = parse_specs(config.dataset)
        if "image_size" not in options_of(DATASETS.get(spec.name).factory):
            return config
        size = self.shown(config)
        sized = dataclasses.replace(spec, options={**spec.options, "image_size": str(size)})
        return dataclasses.replace(config, dataset=str(sized), image_size=None)

    def shown(self, config: TrainConfig) -> int:
        """Return the size at which the backbone sees images, in pixels."""
        return self.size or (self._loaded or self._empty()).size

    def build(self, split: Split, config: TrainConfig, device: torch.device) -> ProbeNetwork:
        """Return the backbone with its weights and a new head; raises as `Backbone.load` does."""
        return self._network(self._pretrained(), split, config, device)

    def unfilled(self, split: Split, config: TrainConfig, device: torch.device) -> ProbeNetwork:
        """Return the same network without the backbone's weights."""
        return self._network(self._empty(), split, config, device)

    def _network(
        self, pretrained: Pretrained, split: Split, config: TrainConfig, device: torch.device
    ) -> ProbeNetwork:
        channels, side = split.train.pixels.shape[1:3]
        size = self.size or min(self.shown(config), ENLARGED * side)
        features = Features(pretrained, size)
        with torch.no_grad():
            try:
                length = features(torch.zeros(1, channels, side, side)).shape[1]
            except RuntimeError as error:
                raise ConfigError(
                    f"the backbone cannot process images of {size} pixels ({error}); choose "
                    "another size"
                ) from error
        return ProbeNetwork(features, length, split.classes).to(device).eval()

    def prepare(self, task: Task) -> None:
        """Compute the features of a split's training and validation images."""
        split = task.split
        features = self.build(split, task.config, task.device).features
        self._features(features, task)
        features_of(features, self._pretrained().key, split.validation, task)

    def fit(self, task: Task) -> Fitted:
        """Compute the features, choose the penalty and fit the head."""
        network = self.build(task.split, task.config, task.device)
        self.fit_linear(network, task)
        network.remember()
        for observer in task.observers:
            observer.on_network(2, network)
        task.stop.check()
        return Fitted(network)

    def fit_linear(self, network: ProbeNetwork, task: Task) -> tuple[LinearHead, float]:
        """Fit the head of a network to its features, and return it with its L2 penalty.

        Raises
        ------
        Interrupted
            If a stop was requested.
        """
        train, classes = task.split.train, task.split.classes
        features = self._features(network.features, task)
        for observer in task.observers:
            observer.on_phase(Probe.title, 2)
        found = np.tile(train.labels, self.views), classes, self.tau
        groups = train.groups
        if self.views > 1:  # the views of an image are never on both sides of a fold
            groups = np.tile(np.arange(len(train)) if groups is None else groups, self.views)
        seed = task.config.seed
        resample = partial(resampled_features, self.resample, seed)
        l2 = self.l2 or choose_l2(features, *found, seed, groups, resample)
        task.stop.check()
        head = fit_head(*resample(features, found[0]), *found[1:], l2)
        with torch.no_grad():
            network.classifier.weight.copy_(head.weight)
            network.classifier.bias.copy_(head.bias)
        for observer in task.observers:
            observer.on_note(f"Linear probe: the L2 penalty is {l2:g}.")
            observer.on_progress(2)
        task.stop.check()
        return head, l2

    def _features(self, network: Features, task: Task) -> Float32Array:
        """Return the features of all training images, view by view: shape (views * N, F)."""
        key, train = self._pretrained().key, task.split.train
        return np.concatenate(
            [features_of(network, key, train, task, view) for view in range(self.views)]
        )

    def _empty(self) -> Pretrained:
        """Return a new backbone without its weights."""
        with torch_seeded(0):  # the random initial weights do not affect later draws
            return self.backbone.unfilled()

    def _pretrained(self) -> Pretrained:
        if self._loaded is None:
            self._loaded = self.backbone.load()
        return self._loaded
