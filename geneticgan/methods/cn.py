"""CN: the classifier network on the unchanged imbalanced data (the paper's first baseline)."""

from __future__ import annotations

from geneticgan.data.sampling import BatchSource
from geneticgan.data.stores import Batches
from geneticgan.methods.classifier import ClassifierMethod
from geneticgan.methods.contract import Task


class CN(ClassifierMethod):
    """CN: every training image is equally likely in a batch (paper, IV).

    The paper calls it the classifier network and gives no layers; here it is the discriminator's
    trunk with its class head, trained only with the cross-entropy.
    """

    key = "cn"
    title = "CN"

    def batches(self, task: Task) -> Batches:
        """Draw every image with equal probability."""
        return classifier_source(task).natural(task.config.batch_size)


def classifier_source(task: Task) -> BatchSource:
    """Return a classifier's training images; methods with the same seed share one random stream."""
    split, config = task.split, task.config
    return BatchSource(
        split.train, split.classes, config.seed, "classifier", task.device, config.images_on
    )
