"""How frequent classes are where a classifier is used, which need not be as in training."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from geneticgan.errors import ConfigError
from geneticgan.inference.facts import Facts

Float64Array = npt.NDArray[np.float64]
Prior = str | Mapping[str, float]


def make_prior(asked: Prior, facts: Facts) -> Float64Array:
    """Return the share of each class, shape (K,), all positive, of sum 1.

    Parameters
    ----------
    asked : str or mapping
        ``balanced``; ``training``, as in the images that it was trained on and watched by; or a
        share for each class, as a mapping or as text, ``ill=0.02,well=0.98``. Classes that are
        not named have equal parts of what is left.
    facts : Facts
        Of the model.

    Raises
    ------
    ConfigError
        If it is none of these.
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
            f"the prior {asked!r} gives no class its share: shares are above 0, and 1 together; "
            "classes that are not named have equal parts of what is left"
        )
    whole: Float64Array = shares / shares.sum()
    return whole


def move_to_prior(probabilities: Float64Array, prior: Float64Array) -> Float64Array:
    """Return probabilities (N, K) of balanced classes as those under a prior (K,).

    By Bayes' rule: what stays is how likely an image is within each class (Saerens et al. 2002,
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
