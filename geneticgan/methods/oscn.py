"""Os+CN: the classifier network on randomly oversampled data (the paper's second baseline)."""

from __future__ import annotations

from geneticgan.data.stores import Batches
from geneticgan.methods.classifier import ClassifierMethod
from geneticgan.methods.cn import classifier_source
from geneticgan.methods.contract import Task


class OsCN(ClassifierMethod):
    """Os+CN: every class is equally likely in a batch; minority images are repeated (paper, IV).

    The paper oversamples until classes are equally large and does not say how; here each label of
    a batch is drawn evenly, or with ``--oversampling exact`` from a list of repeated images.
    """

    key = "oscn"
    title = "Os+CN"

    def batches(self, task: Task) -> Batches:
        """Draw the classes evenly."""
        config = task.config
        return classifier_source(task).balanced(config.batch_size, config.oversampling)
