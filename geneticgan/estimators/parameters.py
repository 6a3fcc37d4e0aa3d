"""Parameters that the estimators have in common: what they may be, and what "auto" is."""

from __future__ import annotations

import numbers
from typing import Any

from sklearn.utils._param_validation import Interval, StrOptions

from geneticgan.estimators.evolving import Recipe
from geneticgan.estimators.images import LAYOUTS
from geneticgan.options.machine import DEVICES

AUTO: dict[str, dict[str, Any]] = {
    "steps": {"rows": 300, "images": 3000},
    "width": {"rows": 64, "images": 32},
    "learning_rate": {"rows": 5e-5, "images": 2e-4},
    "classifier_learning_rate": {"rows": 1e-3, "images": 2e-4},
}
"""What ``"auto"`` is for a table and for images."""

_RATE = [Interval(numbers.Real, 0, None, closed="neither"), StrOptions({"auto"})]

CONSTRAINTS: dict[str, Any] = {
    **{name: [str] for name in ("mutations", "schedule", "fitness", "selection")},
    "T": [Interval(numbers.Real, 0, None, closed="left")],
    "alpha": [Interval(numbers.Real, 0, 1, closed="right")],
    "lambda_": [Interval(numbers.Real, 0, None, closed="left")],
    "steps": [Interval(numbers.Integral, 0, None, closed="left"), StrOptions({"auto"})],
    "batch_size": [Interval(numbers.Integral, 2, None, closed="left")],
    "width": [Interval(numbers.Integral, 1, None, closed="left"), StrOptions({"auto"})],
    "latent_dim": [Interval(numbers.Integral, 1, None, closed="left")],
    "learning_rate": _RATE,
    "classifier_learning_rate": _RATE,
    "categorical_features": ["array-like", StrOptions({"auto"})],
    "channels": [StrOptions(set(LAYOUTS))],
    "device": [StrOptions(set(DEVICES))],
    "verbose": ["boolean"],
}
"""As scikit-learn checks them."""


def make_recipe(estimator: Any, kind: str, seed: int) -> Recipe:
    """Return how to evolve, from an estimator's parameters; the kind is ``rows`` or ``images``."""
    names = [name for name in Recipe.__dataclass_fields__ if name != "seed"]
    values = {name: getattr(estimator, name) for name in names}
    values |= {name: table[kind] for name, table in AUTO.items() if values[name] == "auto"}
    return Recipe(seed=seed, **values)
