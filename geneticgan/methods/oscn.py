"""Os+CN: the classifier network on randomly oversampled data (the paper's second baseline)."""

from __future__ import annotations

from typing import ClassVar

from geneticgan.data.stores import Batches, Pair
from geneticgan.gan.losses import make_class_loss
from geneticgan.methods.classifier import ClassifierMethod, Loss
from geneticgan.methods.cn import classifier_source
from geneticgan.methods.contract import CLASSIFIER_RATES, OF_GANS, Task, Trials


class OsCN(ClassifierMethod):
    """Os+CN: every class is equally likely in a batch; minority images are repeated (paper, IV).

    The paper oversamples until classes are equally large but does not say how. Here each label of
    a batch is drawn uniformly, or, with the option ``oversampling=exact``, from a list of repeated
    images. With ``root`` and ``weights``, minority images are drawn less often but weigh more.

    Parameters
    ----------
    views : int
        How often a batch contains each of its images, >= 1; useful with ``--augmentation``, which
        changes each differently. A GAN's class head learns from a generated image for every real
        one, so two views give as many images per step.
    """

    key = "oscn"
    title = "Os+CN"
    unused: ClassVar[frozenset[str]] = OF_GANS - {"oversampling"}
    trials: ClassVar[Trials] = (
        *CLASSIFIER_RATES,
        {"oversampling": "root"},
        {"oversampling": "weights"},
        {"weight_decay": 0.05},
    )

    def __init__(self, views: int = 1) -> None:
        if views < 1:
            raise ValueError(f"views must be >= 1, got {views}")
        self.views = views

    def batches(self, task: Task) -> Batches:
        """Draw the classes evenly."""
        config = task.config
        drawn = classifier_source(task).balanced(config.batch_size, config.oversampling)

        def batch(number: int) -> Pair:
            images, labels = drawn(number)
            return images.repeat(self.views, 1, 1, 1), labels.repeat(self.views)

        return batch

    def loss(self, task: Task) -> Loss:
        """Return the cross-entropy, in which every class has the same weight."""
        counts, drawing = task.split.train_counts, task.config.oversampling
        return make_class_loss("cross-entropy", 0.0, counts, drawing, task.device)
