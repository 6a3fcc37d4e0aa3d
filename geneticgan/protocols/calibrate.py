"""Protocol ``calibrate``."""

from __future__ import annotations

import dataclasses

import torch

from geneticgan.data.dataset import Images
from geneticgan.evaluation.calibration import calibrate
from geneticgan.evaluation.generation import generate
from geneticgan.evaluation.metrics import Scores
from geneticgan.evaluation.scoring import score_network
from geneticgan.methods.contract import Fitted, Task
from geneticgan.methods.oscn import OsCN
from geneticgan.protocols.contract import Protocol


class Calibrate(Protocol):
    """Os+CN with an offset for each class, fitted on images that the method generated.

    Parameters
    ----------
    images_a_class : int
        Number of generated images of each class for fitting the offsets, at least 1.
    """

    def __init__(self, images_a_class: int = 500) -> None:
        if images_a_class < 1:
            raise ValueError(f"images_a_class must be at least 1, got {images_a_class}")
        self.images_a_class = images_a_class

    def judge(self, fitted: Fitted, task: Task, images: Images) -> Scores | None:
        """Train Os+CN, fit the offsets and score; None if the method has no generator."""
        if not fitted.generators:
            return None
        split, seed = task.split, task.config.seed
        labels = torch.arange(split.classes).repeat_interleave(self.images_a_class)
        made = generate(fitted.generators, labels, seed, task.device)
        network = OsCN().fit(dataclasses.replace(task, observers=())).network
        fakes = Images(made.numpy(), labels.numpy())
        calibrated = calibrate(network, fakes, task.device)
        return score_network(calibrated, images, split, task.device)
