"""Scores of a running GAN's class head on held-out images."""

from __future__ import annotations

from geneticgan.data.splits import Split
from geneticgan.evaluation.metrics import score
from geneticgan.evaluation.prediction import predict
from geneticgan.training.model import Model


def held_out_scores(model: Model, split: Split) -> dict[str, float | None]:
    """Return ACSA and the rarest class's recall on the validation part, for the log.

    Both are None if no images are held out.
    """
    validation = split.validation
    if len(validation) == 0:
        return {"validation_acsa": None, "validation_smallest": None}
    predicted = predict(model.discriminator, validation, model.device)
    found = score(validation.labels, predicted, split.classes, split.smallest_class)
    return {"validation_acsa": found.acsa, "validation_smallest": found.smallest_recall}
