"""Protocol ``head-calibrated``."""

from __future__ import annotations

from geneticgan.data.dataset import Images
from geneticgan.evaluation.calibration import calibrate
from geneticgan.evaluation.metrics import Scores
from geneticgan.evaluation.scoring import score_network
from geneticgan.methods.contract import Fitted, Task
from geneticgan.protocols.contract import Protocol


class HeadCalibrated(Protocol):
    """The method's own class head with an offset for each class, fitted on validation images."""

    def judge(self, fitted: Fitted, task: Task, images: Images) -> Scores | None:
        """Fit the offsets and score; None if there are no validation images."""
        if not len(task.split.validation):
            return None
        network = calibrate(fitted.network, task.split.validation, task.device)
        return score_network(network, images, task.split, task.device)
