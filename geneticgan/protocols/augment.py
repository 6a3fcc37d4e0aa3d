"""Protocol ``augment``."""

from __future__ import annotations

import dataclasses

from geneticgan.data.dataset import Images
from geneticgan.evaluation.metrics import Scores
from geneticgan.evaluation.scoring import score_network
from geneticgan.methods.augmented import Augmented, generate_missing
from geneticgan.methods.contract import Fitted, Task
from geneticgan.protocols.contract import Protocol


class Augment(Protocol):
    """A fresh classifier on the training images, balanced by the method's generated ones."""

    def judge(self, fitted: Fitted, task: Task, images: Images) -> Scores | None:
        """Train the classifier and score it; None if the method has no generator."""
        if not fitted.generators:
            return None
        split = task.split
        generated = generate_missing(fitted.generators, split, task.config.seed, task.device)
        network = Augmented(generated).fit(dataclasses.replace(task, observers=())).network
        return score_network(network, images, split, task.device)
