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
"""From a name to options of `geneticgan.config.TrainConfig`."""

DEFAULT_RECIPE = "best"
"""Of every config that names none: the command line's, a benchmark's, a program's."""

OF_IMAGES = frozenset({"augmentation"})
"""Those that say what networks are shown. They help any method, so a comparison sets them for all
methods alike (``geneticgan benchmark --augmentation``), and not by the recipe of one."""


def class_guidance(wanted: str, classes: int) -> str:
    """Return ``shared`` or ``real`` for a config's ``class_guidance``.

    With two classes a generator does best to learn from the classifier itself: what is wrong for
    one class is the other, and a minority that grows into free space is what is wanted. With
    more, a class head that learns from its own generator's mistakes keeps them alive.
    """
    if wanted != "auto":
        return wanted
    return "shared" if classes == 2 else "real"


def generated_class_weighting(wanted: str, classes: int) -> str:
    """Return ``even`` or ``confidence`` for a config's ``generated_class_weighting``."""
    if wanted != "auto":
        return wanted
    return "even" if classes == 2 else "confidence"
