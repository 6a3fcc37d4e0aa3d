"""Parameters that the estimators have in common: what they may be, and what "auto" is."""

from __future__ import annotations

import numbers
from typing import Any

from sklearn.utils._param_validation import Interval, StrOptions

from geneticgan.config import TrainConfig
from geneticgan.devices import DEVICES
from geneticgan.estimators.images import LAYOUTS

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


def make_config(estimator: Any, kind: str, seed: int) -> tuple[TrainConfig, int]:
    """Return how to evolve and how many generations; what has no parameter is the paper's.

    Parameters
    ----------
    estimator : object
        With the parameters as attributes.
    kind : str
        ``rows`` or ``images``.
    seed : int
        Of everything that is random.

    Raises
    ------
    ConfigError
        If a parameter cannot be used.
    """
    given = {name: getattr(estimator, name) for name in AUTO}
    auto = {n: AUTO[n][kind] if value == "auto" else value for n, value in given.items()}
    config = TrainConfig(
        recipe="paper",
        mutations=estimator.mutations,
        schedule=estimator.schedule,
        T=float(estimator.T),
        alpha=float(estimator.alpha),
        fitness=estimator.fitness,
        selection=estimator.selection,
        lambda_=float(estimator.lambda_),
        steps=max(1, int(auto["steps"])),
        batch_size=int(estimator.batch_size),
        width=int(auto["width"]),
        latent_dim=int(estimator.latent_dim),
        learning_rate=float(auto["classifier_learning_rate"]),
        generator_learning_rate=float(auto["learning_rate"]),
        device=estimator.device,
        seed=seed,
    )
    return config, int(auto["steps"])
