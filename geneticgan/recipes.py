"""Options that belong together: the published method, and what has been measured to be better."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

RECIPES: Mapping[str, Mapping[str, float | str]] = MappingProxyType(
    {
        "paper": MappingProxyType({"generated_class_weight": 1.0}),
        "best": MappingProxyType({"generated_class_weight": 0.0}),
    }
)
"""From a name to options of `geneticgan.config.TrainConfig`."""

DEFAULT_RECIPE = "best"
"""Of the command line. A `TrainConfig` without options is the paper's method."""

BY_RECIPE = frozenset().union(*RECIPES.values())
"""Names of the options that a recipe may set."""
