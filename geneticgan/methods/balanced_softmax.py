"""Balanced softmax: the classifier network with logits adjusted in the loss."""

from __future__ import annotations

from typing import ClassVar

from geneticgan.data.stores import Batches
from geneticgan.gan.class_loss import make_class_loss
from geneticgan.methods.classifier import ClassifierMethod, Loss
from geneticgan.methods.cn import classifier_source
from geneticgan.methods.contract import Task, Trials


class BalancedSoftmax(ClassifierMethod):
    """Balanced softmax (Ren et al. 2020; with tau, the adjusted loss of Menon et al. 2021).

    To the logits of a batch the logarithm of each class's share of the batches is added before the
    cross-entropy. What is left to the network is the likelihood, so that its own logits decide as
    if all classes were equally frequent.

    Parameters
    ----------
    drawing : str
        How labels are drawn: by the square ``root`` of the classes' sizes, or as the data are
        (``natural``). Drawn evenly it would be plain oversampling.
    tau : float
        Strength of the adjustment, >= 0; 1 is the balanced softmax.
    """

    key = "balanced-softmax"
    title = "Balanced softmax"
    trials: ClassVar[Trials] = ({}, {"drawing": "natural"}, {"tau": 1.5})

    def __init__(self, drawing: str = "root", tau: float = 1.0) -> None:
        if drawing not in ("root", "natural"):
            raise ValueError(f"drawing must be root or natural, got {drawing!r}")
        if not tau >= 0:
            raise ValueError(f"tau must be >= 0, got {tau}")
        self.how = "root" if drawing == "root" else "weights"
        self.tau = tau

    def batches(self, task: Task) -> Batches:
        """Draw rare classes more often than they occur, or as they do."""
        return classifier_source(task).balanced(task.config.batch_size, self.how)

    def loss(self, task: Task) -> Loss:
        """Return the adjusted cross-entropy."""
        counts = task.split.train_counts
        return make_class_loss("balanced-softmax", self.tau, counts, self.how, task.device)
