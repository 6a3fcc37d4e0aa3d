"""Classifiers whose loss is adjusted by how often each class is drawn."""

from __future__ import annotations

from geneticgan.data.stores import Batches
from geneticgan.gan.losses import ClassLoss, make_class_loss
from geneticgan.methods.classifier import ClassifierMethod
from geneticgan.methods.cn import classifier_source
from geneticgan.methods.contract import Task
from geneticgan.methods.drawing import drawn_by


class Adjusted(ClassifierMethod):
    """A classifier trained with the balanced softmax (Ren et al. 2020), as a base for others.

    Parameters
    ----------
    drawing : str
        How labels are drawn: ``balanced``; in proportion to the square ``root`` of class sizes; or
        as in the data (``natural``). If balanced, the loss is the plain cross-entropy.
    tau : float
        The strength of the adjustment, >= 0; 0 is the plain cross-entropy.
    """

    def __init__(self, drawing: str = "root", tau: float = 1.0) -> None:
        if not tau >= 0:
            raise ValueError(f"tau must be >= 0, got {tau}")
        self.how = drawn_by(drawing)
        self.tau = tau

    def batches(self, task: Task) -> Batches:
        """Draw labels as ``drawing`` says."""
        return classifier_source(task).balanced(task.config.batch_size, self.how)

    def loss(self, task: Task) -> ClassLoss:
        """Return the adjusted cross-entropy."""
        counts = task.split.train_counts
        return make_class_loss("balanced-softmax", self.tau, counts, self.how, task.device)
