"""Protocol ``head``."""

from __future__ import annotations

from geneticgan.data.dataset import Images
from geneticgan.evaluation.metrics import Scores
from geneticgan.evaluation.scoring import score_network
from geneticgan.methods.contract import Fitted, Task
from geneticgan.protocols.contract import Protocol


class Head(Protocol):
    """The method's own class head after the last step, on the test part."""

    def judge(self, fitted: Fitted, task: Task, images: Images) -> Scores | None:
        """Score the class head."""
        return score_network(fitted.network, images, task.split, task.device)
