"""Options that belong together: the published method, and what was measured to be better."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

RECIPES: Mapping[str, Mapping[str, float | str | None]] = MappingProxyType(
    {
        "paper": MappingProxyType(
            {
                "source_weight": 1.0,
                "generated_class_weight": 1.0,
                "generated_class_weighting": "even",
                "class_guidance": "shared",
                "augmentation": "none",
                "class_loss": "cross-entropy",
                "learning_rate": 2e-4,
                "generator_learning_rate": None,  # the discriminator's
                "classifier_learning_rate": 2e-4,
                "rate_schedule": "constant",
            }
        ),
        "best": MappingProxyType(
            {
                "source_weight": 0.03,
                "generated_class_weight": 0.0,
                "generated_class_weighting": "even",
                "class_guidance": "shared",
                "augmentation": "deformation",
                "class_loss": "balanced-softmax",
                "learning_rate": None,  # the architecture's
                "generator_learning_rate": 5e-4,
                "classifier_learning_rate": 3e-3,
                "rate_schedule": "cosine",
            }
        ),
    }
)
"""Maps the name of a recipe to the options of `geneticgan.config.TrainConfig` that it sets."""

DEFAULT_RECIPE = "best"
"""The recipe of every config that names none, from the command line, a benchmark or a program."""

OF_IMAGES = frozenset({"augmentation"})
"""The options that change the images themselves. They help any method, so a comparison sets them
for all methods alike (``geneticgan benchmark --augmentation``) and not by the recipe of one."""


def class_guidance(wanted: str, classes: int) -> str:
    """Return ``shared`` or ``real`` for a config's ``class_guidance``.

    With two classes, a generator learns best from the classifier itself: whatever is not one class
    is the other, and a minority that spreads into free space is desirable. With more classes, a
    class head that learns from its generator's mistakes perpetuates them.
    """
    if wanted != "auto":
        return wanted
    return "shared" if classes == 2 else "real"


def generated_class_weighting(wanted: str, classes: int) -> str:
    """Return ``even`` or ``confidence`` for a config's ``generated_class_weighting``."""
    if wanted != "auto":
        return wanted
    return "even" if classes == 2 else "confidence"
