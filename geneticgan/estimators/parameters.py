"""Parameters that the estimators have in common: permitted values, and the meaning of "auto"."""

from __future__ import annotations

import inspect
import numbers
from typing import Any

from sklearn.utils._param_validation import Interval, StrOptions

from geneticgan.config import OPTIONS, TrainConfig
from geneticgan.devices import DEVICES
from geneticgan.estimators.images import LAYOUTS
from geneticgan.methods.unused import refuse
from geneticgan.options.learning import MOST_RATE
from geneticgan.recipes import DEFAULT_RECIPE, RECIPES

AUTO: dict[str, dict[str, Any]] = {
    "recipe": {"rows": "paper", "images": DEFAULT_RECIPE},
    "steps": {"rows": None, "images": 3000},
    "width": {"rows": 64, "images": 32},
    "learning_rate": {"rows": 5e-5, "images": None},
    "classifier_learning_rate": {"rows": 1e-3, "images": None},
}
"""Values of ``"auto"`` for tables and images; None means the recipe's, or for steps the
estimator's."""

OF_EVOLUTION = (
    *("recipe", "mutations", "schedule", "T", "alpha", "fitness", "selection", "lambda_"),
    *("batch_size", "learning_rate", "classifier_learning_rate"),
)
"""Parameters that have no effect if no generation is evolved."""

NO_GENERATION = (
    "no generation is evolved, for steps is 0, as 'auto' is for a table; set steps, to 300 for "
    "instance or to 0, or leave it out"
)

_RATE = [Interval(numbers.Real, 0, MOST_RATE, closed="right"), StrOptions({"auto"})]

CONSTRAINTS: dict[str, Any] = {
    **{name: [str] for name in ("mutations", "schedule", "fitness", "selection")},
    "recipe": [StrOptions({"auto", *RECIPES})],
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
"""Constraints in the form that scikit-learn checks."""


def make_config(
    estimator: Any, kind: str, seed: int, steps_for_rows: int = 300
) -> tuple[TrainConfig, int]:
    """Return the configuration and the number of generations; the recipe sets everything else.

    Rows of a table are not augmented, whatever the recipe.

    Parameters
    ----------
    estimator : object
        An estimator, with the parameters as attributes.
    kind : str
        Either ``rows`` or ``images``.
    seed : int
        Seeds everything that is random.
    steps_for_rows : int
        The value of ``steps="auto"`` for a table.

    Raises
    ------
    ConfigError
        If a parameter cannot be used.
    """
    given = {name: getattr(estimator, name) for name in AUTO}
    auto = {n: AUTO[n][kind] if value == "auto" else value for n, value in given.items()}
    steps = steps_for_rows if auto["steps"] is None else int(auto["steps"])
    if not steps and given["steps"] == "auto":
        refuse(_named(estimator), dict.fromkeys(OF_EVOLUTION, NO_GENERATION))
    rates = {
        "learning_rate": auto["classifier_learning_rate"],
        "generator_learning_rate": auto["learning_rate"],
    }
    of_kind: dict[str, Any] = {n: float(value) for n, value in rates.items() if value is not None}
    if kind == "rows":
        of_kind["augmentation"] = "none"
    config = TrainConfig(
        recipe=auto["recipe"],
        mutations=estimator.mutations,
        schedule=estimator.schedule,
        T=float(estimator.T),
        alpha=float(estimator.alpha),
        fitness=estimator.fitness,
        selection=estimator.selection,
        lambda_=float(estimator.lambda_),
        steps=max(1, steps),
        batch_size=int(estimator.batch_size),
        width=int(auto["width"]),
        latent_dim=int(estimator.latent_dim),
        device=estimator.device,
        seed=seed,
        **of_kind,
    )
    return config, steps


def _named(estimator: Any) -> set[str]:
    """Return the options of a run that are set to another value than they begin with."""
    defaults = inspect.signature(type(estimator)).parameters
    return {
        name
        for name in OPTIONS.keys() & defaults.keys()
        if getattr(estimator, name) != defaults[name].default
    }
