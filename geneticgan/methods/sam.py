"""SAM: the classifier is trained towards flat regions of its loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch.func import functional_call
from torch.nn.utils import get_total_norm

from geneticgan.methods.adjusted import Adjusted
from geneticgan.methods.classifier import Objective, augmentation_of, autocast
from geneticgan.methods.contract import CLASSIFIER_RATES, Task, Trials
from geneticgan.networks import Discriminator

TINY = 1e-12


class SAM(Adjusted):
    """Sharpness-aware minimisation (Foret et al. 2021), optionally only for rare classes.

    A step uses the gradient at the point within distance ``rho`` of the weights where the loss is
    greatest, to first order, at twice the cost. With ``imbalanced`` (ImbSAM, Zhou et al. 2023),
    only the loss of rare classes is treated so; that of the others is taken at the weights.

    Parameters
    ----------
    rho : float
        The distance in the norm of all weights, > 0.
    imbalanced : bool
        Whether to maximise only the loss of rare classes, those with fewer images than the mean
        of all classes.
    drawing : str
        How labels are drawn: ``balanced``, ``root`` or ``natural``.
    tau : float
        The strength of the logits' adjustment, >= 0.
    """

    key = "sam"
    title = "SAM"
    trials: ClassVar[Trials] = (
        *CLASSIFIER_RATES,
        {"rho": 0.02},
        {"rho": 0.1},
        {"drawing": "natural"},
    )

    def __init__(
        self,
        rho: float = 0.05,
        imbalanced: bool = False,
        drawing: str = "root",
        tau: float = 1.0,
    ) -> None:
        if not rho > 0:
            raise ValueError(f"rho must be > 0, got {rho}")
        super().__init__(drawing, tau)
        self.rho = rho
        self.imbalanced = imbalanced
        self.title = "ImbSAM" if imbalanced else "SAM"

    def objective(self, network: Discriminator, task: Task) -> Objective:
        """Return the loss at the worst nearby weights, with the gradient at that point."""
        draw, augment, loss = self.batches(task), augmentation_of(task), self.loss(task)
        counts = torch.tensor(task.split.train_counts, dtype=torch.float32, device=task.device)
        sharp = counts < counts.mean() if self.imbalanced else torch.ones_like(counts).bool()
        parameters = {n: p for n, p in network.named_parameters() if p.requires_grad}

        def objective(step: int) -> torch.Tensor:
            images, labels = draw(step)
            images, chosen = augment(images, "classifier", step), sharp[labels]
            with autocast(task):
                _, logits = network(images)
            losses = loss.each(logits.float(), labels)
            moved = self._worst(parameters, (losses * chosen).mean())
            with autocast(task):
                _, logits = functional_call(network, moved, (images,))
            # The derivative of the moved weights by the network's own is taken as the identity.
            there = (loss.each(logits.float(), labels) * chosen).mean()
            return there + (losses * ~chosen).mean() if self.imbalanced else there

        return objective

    def _worst(
        self, parameters: Mapping[str, torch.Tensor], loss: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        """Return the parameters, moved by rho along the gradient of a loss."""
        names = list(parameters)
        found = torch.autograd.grad(
            loss,
            list(parameters.values()),
            retain_graph=self.imbalanced,
            allow_unused=True,
            materialize_grads=True,
        )
        step = self.rho / (get_total_norm(found) + TINY)
        return {
            name: parameters[name] + step * each for name, each in zip(names, found, strict=True)
        }
