"""Logit adjustment: the class prior is subtracted from a trained classifier's logits."""

from __future__ import annotations

from typing import ClassVar

import torch

from geneticgan.data.sampling import drawn_shares
from geneticgan.methods.cn import CN
from geneticgan.methods.contract import CLASSIFIER_RATES, Fitted, Task, Trials
from geneticgan.training.beginning import begin


class LogitAdjustment(CN):
    """Post-hoc logit adjustment (Menon et al. 2021, equation 9).

    A classifier is trained on the unchanged data with the plain cross-entropy; then tau times the
    logarithm of each class's share is subtracted from its logits, by changing the class head's
    biases. During training, observers see it without that change.

    Parameters
    ----------
    tau : float
        The strength of the adjustment, >= 0; 1 is consistent for the mean recall of the classes.
    """

    key = "logit-adjustment"
    title = "Logit adjustment"
    trials: ClassVar[Trials] = (*CLASSIFIER_RATES, {"tau": 0.7}, {"tau": 1.5}, {"tau": 2.0})

    def __init__(self, tau: float = 1.0) -> None:
        if not tau >= 0:
            raise ValueError(f"tau must be >= 0, got {tau}")
        self.tau = tau

    def fit(self, task: Task) -> Fitted:
        """Train as CN does, then adjust."""
        network = self.build(task.split, task.config, task.device)
        begin(network, task.beginning)
        self.train_network(network, task)
        shares = drawn_shares(task.split.train_counts, "weights").to(task.device)
        with torch.no_grad():
            network.classifier.bias.sub_(self.tau * shares.log())
        return Fitted(network)
