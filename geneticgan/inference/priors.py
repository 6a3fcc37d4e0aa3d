"""Class frequencies where a classifier is used, which may differ from those in training."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from geneticgan.errors import ConfigError
from geneticgan.inference.facts import Facts

Float64Array = npt.NDArray[np.float64]
Prior = str | Mapping[str, float]


def make_prior(asked: Prior, facts: Facts) -> Float64Array:
    """Return the share of each class, of shape (K,); all are positive, and their sum is 1.

    Parameters
    ----------
    asked : str or mapping
        ``balanced``; ``training``, for the frequencies in training and validation images; or a
        share for each class, as a mapping or as text, ``ill=0.02,well=0.98``. Classes that are
        not named share the rest equally.
    facts : Facts
        The facts of the model.

    Raises
    ------
    ConfigError
        If the prior is invalid.
    """
    if asked == "balanced":
        return np.full(facts.classes, 1 / facts.classes)
    if asked == "training":
        both = np.add(facts.train_counts, facts.validation_counts).astype(np.float64)
        found: Float64Array = both / both.sum()
        return found
    shares = np.full(facts.classes, np.nan)
    for name, share in (_parse(asked) if isinstance(asked, str) else asked).items():
        shares[facts.label(name)] = share
    named = np.nansum(shares)
    others = np.isnan(shares)
    if others.any():
        shares[others] = (1 - named) / others.sum()
    if not (shares > 0).all() or abs(shares.sum() - 1) > 1e-3:
        raise ConfigError(
            f"the prior {asked!r} is invalid: all shares must be above 0 and add up to 1; classes "
            "that are not named share the rest equally"
        )
    whole: Float64Array = shares / shares.sum()
    return whole


def move_to_prior(probabilities: Float64Array, prior: Float64Array) -> Float64Array:
    """Convert probabilities (N, K) for balanced classes to those under a prior (K,).

    This is Bayes' rule with the same likelihood of an image in each class (Saerens et al. 2002,
    equation 2.4).
    """
    moved = probabilities * prior
    found: Float64Array = moved / moved.sum(axis=1, keepdims=True)
    return found


def _parse(text: str) -> dict[str, float]:
    found = {}
    for part in text.split(","):
        name, sign, share = part.rpartition("=")
        try:
            found[name] = float(share)
        except ValueError:
            sign = ""
        if not sign:
            raise ConfigError(
                f"the prior {text!r} cannot be read; it is balanced, training, or shares such as "
                "ill=0.02,well=0.98"
            )
    return found
