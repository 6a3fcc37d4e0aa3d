"""Protocol ``paper-peek``."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from geneticgan.data.dataset import Images
from geneticgan.evaluation.metrics import Scores
from geneticgan.evaluation.scoring import score_network
from geneticgan.methods.contract import Fitted, Task
from geneticgan.protocols.contract import Protocol
from geneticgan.training.hooks import Observer


class PaperPeek(Protocol):
    """The best of many looks at the test part during training, as the authors' code does."""

    note = "best of many looks at the test part, only for comparison with the paper"
    peeks = True

    def __init__(self) -> None:
        self._looks: _Looks | None = None

    def watch(self, task: Task, images: Images) -> Sequence[Observer]:
        """Return an observer that scores every network that the training reports."""
        self._looks = _Looks(task, images)
        return (self._looks,)

    def judge(self, fitted: Fitted, task: Task, images: Images) -> Scores | None:
        """Return the best scores seen; None if the training reported no network."""
        return self._looks.best if self._looks else None


class _Looks(Observer):
    def __init__(self, task: Task, images: Images) -> None:
        self._task = task
        self._images = images
        self.best: Scores | None = None

    def on_network(self, step: int, network: torch.nn.Module) -> None:
        """Score the network, and keep the best scores."""
        found = score_network(network, self._images, self._task.split, self._task.device)
        if self.best is None or found.acsa > self.best.acsa:
            self.best = found
