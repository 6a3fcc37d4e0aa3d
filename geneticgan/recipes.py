"""Options that belong together: the published method, and what was measured to be better."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

RECIPES: Mapping[str, Mapping[str, float | str]] = MappingProxyType(
    {
        "paper": MappingProxyType(
            {
                "generated_class_weight": 1.0,
                "generated_class_weighting": "even",
                "class_guidance": "shared",
            }
        ),
        "best": MappingProxyType(
            {
                "generated_class_weight": 1.0,
                "generated_class_weighting": "confidence",
                "class_guidance": "real",
            }
        ),
    }
)
"""From a name to options of `geneticgan.config.TrainConfig`."""

DEFAULT_RECIPE = "paper"
"""Of the command line, until another one is ahead with few and with many classes."""

BY_RECIPE = frozenset().union(*RECIPES.values())
"""Names of the options that a recipe may set."""
