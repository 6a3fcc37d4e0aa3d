"""Fine-tuning: the probe's head first, and then the last layers of the pretrained network too."""

from __future__ import annotations

import copy
from typing import ClassVar

import torch
from torch import nn

from geneticgan.config import TrainConfig
from geneticgan.gan.losses import make_class_loss
from geneticgan.methods.classifier import augmentation_of, autocast, train
from geneticgan.methods.cn import classifier_source
from geneticgan.methods.contract import OF_GANS, Fitted, Task, Trials
from geneticgan.methods.drawing import drawn_by
from geneticgan.methods.probe import Probe
from geneticgan.training.device import resolve_device

PARTS = 4
"""Of the layers that learn, each with half the rate of the one above it."""

ON_CPU = 128
"""Pixels of the images where there is no GPU, unless a size is given."""


class FineTune(Probe):
    """Head first, then the last layers with lower rates (LP-FT, Kumar et al. 2022).

    It begins as the linear probe does, with a head fitted by L-BFGS to the features. Then the last
    layers of the backbone learn on with it, by the balanced softmax and the head's L2 penalty,
    with the config's schedule and augmentation; each quarter of them has half the rate of the one
    above it, and the statistics of normalisation stay those of ImageNet. What remains is the mean
    of the weights before and after (WiSE-FT, Wortsman et al. 2022), which keeps what the pretrained
    network knew of images unlike the few it has learnt from. A step is many times dearer than one
    of a network trained here, so that only a part of the budget's batches is drawn, and without a
    GPU images are shown in 128 pixels; where details need more, the probe is ahead with its own
    size: compare the two before it is used.

    Parameters
    ----------
    backbone : str
        A plugin of the group ``geneticgan.backbones``.
    depth : float
        Share of the backbone's layers that learn, counted from the last one, in (0, 1].
    rate : float
        The head's learning rate and that of the last layers, > 0.
    share : float
        Of the budget's batches that are drawn, in (0, 1].
    drawing : str
        How labels are drawn: ``balanced``, ``root`` or ``natural``.
    tau : float
        Strength of the logits' adjustment, >= 0.
    size : int
        Pixels that the backbone is shown; 0 for its own, or 128 on a CPU if that is less.
    l2 : float
        The penalty of the head; 0 for the one that cross-validation chooses.
    mean : float
        How far the weights that remain are from those before to those after, in (0, 1]; 1 keeps
        those after.
    """

    title = "Fine-tuning"
    version: ClassVar[int] = 2
    unused: ClassVar[frozenset[str]] = OF_GANS | {
        *("width", "architecture", "classifier_learning_rate"),
    }
    trials: ClassVar[Trials] = (
        {},
        {"rate": 3e-5},
        {"rate": 1e-3, "mean": 1.0},
        {"depth": 0.25},
        {"depth": 1.0},
        {"tau": 1.5},
        {"drawing": "natural"},
    )

    def __init__(
        self,
        backbone: str = "efficientnet-lite0",
        depth: float = 0.5,
        rate: float = 1e-4,
        share: float = 0.1,
        drawing: str = "root",
        tau: float = 1.0,
        size: int = 0,
        l2: float = 0.0,
        mean: float = 0.5,
    ) -> None:
        if not (0 < depth <= 1 and 0 < share <= 1 and 0 < mean <= 1 and rate > 0):
            raise ValueError(
                f"depth, share and mean must be in (0, 1] and rate > 0, got {depth}, {share}, "
                f"{mean} and {rate}"
            )
        super().__init__(backbone, tau, size, l2)
        self.how = drawn_by(drawing)
        self.depth = depth
        self.rate = rate
        self.share = share
        self.mean = mean

    def shown(self, config: TrainConfig) -> int:
        """Return the size that images are shown in: the backbone's, less on a CPU."""
        size = super().shown(config)
        on_cpu = resolve_device(config.device).type == "cpu"
        return min(size, ON_CPU) if on_cpu and not self.size else size

    def fit(self, task: Task) -> Fitted:
        """Fit the head, then train it with the last layers."""
        config = task.config
        network = copy.deepcopy(self.build(task.split, config, task.device))  # the backbone learns
        head, l2 = self.fit_linear(network, task)
        draw = classifier_source(task).balanced(config.batch_size, self.how)
        counts = task.split.train_counts
        loss = make_class_loss("balanced-softmax", self.tau, counts, self.how, task.device)
        augment = augmentation_of(task)

        def objective(step: int) -> torch.Tensor:
            images, labels = draw(step)
            with autocast(task):
                _, logits = network(augment(images, "classifier", step))
            return loss(logits.float(), labels) + head.penalty(network.classifier.weight, l2)

        learning: list[torch.Tensor] = list(network.classifier.parameters())
        groups = [{"params": list(learning), "lr": self.rate}]
        for number, layers in enumerate(last_layers(network.features.network, self.depth)):
            weights = [p.requires_grad_() for layer in layers for p in layer.parameters(False)]
            groups.append({"params": weights, "lr": self.rate / 2**number})
            learning += weights
        optimizer = torch.optim.AdamW(groups, weight_decay=config.weight_decay)
        before = [weight.detach().clone() for weight in learning]
        steps = max(1, round(self.share * config.steps))
        train(network, objective, self.title, steps, task, optimizer=optimizer)
        network.requires_grad_(False)
        for weight, start in zip(learning, before, strict=True):
            weight.lerp_(start, 1 - self.mean)
        return Fitted(network)


def last_layers(network: nn.Module, depth: float) -> list[list[nn.Module]]:
    """Return the last layers with weights of their own, in up to four parts, the last part first.

    Parameters
    ----------
    network : torch.nn.Module
        Whose modules are registered in the order in which they compute.
    depth : float
        Share of all such layers, in (0, 1]; one at least.
    """
    layers = [
        each for each in network.modules() if next(each.parameters(recurse=False), None) is not None
    ]
    layers = layers[-max(1, round(depth * len(layers))) :][::-1]
    length = -(-len(layers) // PARTS)
    return [layers[start : start + length] for start in range(0, len(layers), length)]
