"""Fine-tuning: first the probe's head, then also the last layers of the pretrained network."""

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
"""The number of parts of the trained layers, each with half the rate of the part above it."""

ON_CPU = 128
"""The image size in pixels if there is no GPU and no size is given."""


class FineTune(Probe):
    """Head first, then the last layers with lower rates (LP-FT, Kumar et al. 2022).

    It starts like the linear probe, with a head fitted to the features by L-BFGS. Then the head
    and the backbone's last layers are trained with the balanced softmax, the head's L2 penalty,
    and the config's schedule and augmentation. Each quarter of these layers has half the rate of
    the one above it, and normalisation keeps ImageNet's statistics. The result is the mean of the
    weights before and after (WiSE-FT, Wortsman et al. 2022), which keeps what the pretrained
    network knows about images unlike the few training images. A step is many times more expensive
    than that of a network trained here, so only part of the budget's batches is drawn, and without
    a GPU images are shown at 128 pixels. If details need more, the probe at its own size does
    better: compare the two first.

    Parameters
    ----------
    backbone : str
        A plugin of the group ``geneticgan.backbones``.
    depth : float
        The share of the backbone's layers to train, counted from the last one, in (0, 1].
    rate : float
        The learning rate of the head and the last layers, > 0.
    share : float
        The share of the budget's batches to draw, in (0, 1].
    drawing : str
        How labels are drawn: ``balanced``, ``root`` or ``natural``.
    tau : float
        The strength of the logits' adjustment, >= 0.
    size : int
        The image size in pixels; 0 for the backbone's own, on a CPU at most 128.
    l2 : float
        The head's penalty; 0 for the one that cross-validation chooses.
    mean : float
        The weight of the weights after training in their mean with those before, in (0, 1]; 1
        keeps only those after.
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
        """Return the size of images in pixels: the backbone's, or less on a CPU."""
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
    """Return the last layers that have their own weights, in up to four parts, the last part first.

    Parameters
    ----------
    network : torch.nn.Module
        A network whose modules are registered in the order in which they compute.
    depth : float
        The share of such layers to return, in (0, 1]; at least one layer.
    """
    layers = [
        each for each in network.modules() if next(each.parameters(recurse=False), None) is not None
    ]
    layers = layers[-max(1, round(depth * len(layers))) :][::-1]
    length = -(-len(layers) // PARTS)
    return [layers[start : start + length] for start in range(0, len(layers), length)]
