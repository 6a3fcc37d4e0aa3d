"""The acceptance rule of simulated annealing, written once for floats and for tensors."""

from __future__ import annotations

import math
import sys
from typing import Any, TypeAlias, overload

Number: TypeAlias = Any
"""What a rule is written for: a float, or a scalar tensor of float64 on any device."""

Decision: TypeAlias = Any
"""What a rule returns: a bool for floats, a scalar tensor of bool for tensors."""

_PLAIN = (float, int)


def metropolis_probability(candidate: float, incumbent: float, temperature: float) -> float:
    """Return the probability with which `metropolis_accept` accepts (fitness is maximised).

    ``min(1, exp(-(incumbent - candidate) / T))``, the Metropolis criterion (Metropolis et al.
    1953; Kirkpatrick et al. 1983). The paper prints ``exp(-Delta / T)`` with
    ``Delta = candidate - incumbent <= 0`` (Algorithm 1, lines 14-16), which is never below 1;
    the sign here is the one that its text describes.

    Parameters
    ----------
    candidate, incumbent : float
        Fitness values. NaN and -inf are those of an individual that failed.
    temperature : float
        In units of fitness, >= 0; 0 is the elitist limit, inf accepts all that did not fail.

    Returns
    -------
    float
        In [0, 1]. 0 for a candidate that failed; 1 where only the incumbent failed.

    Raises
    ------
    ValueError
        If the temperature is negative or NaN.
    """
    check_temperature(temperature)
    if math.isnan(candidate) or candidate == -math.inf:
        return 0.0
    if math.isnan(incumbent) or candidate >= incumbent or math.isinf(temperature):
        return 1.0
    return math.exp(-(incumbent - candidate) / temperature) if temperature else 0.0


@overload
def metropolis_accept(
    candidate: float, incumbent: float, temperature: float, draw: float
) -> bool: ...


@overload
def metropolis_accept(
    candidate: Number, incumbent: Number, temperature: Number, draw: Number
) -> Decision: ...


def metropolis_accept(
    candidate: Number, incumbent: Number, temperature: Number, draw: Number
) -> Decision:
    """Decide by a given uniform draw whether the candidate replaces the incumbent.

    ``draw < exp((candidate - incumbent) / T)`` is computed as
    ``candidate - incumbent > T * log(draw)``, which divides by no temperature and needs no case
    for T = 0, and by operators alone, so that the same line decides for floats and, without
    waiting for the device, for tensors.

    Parameters
    ----------
    candidate, incumbent, temperature : float or Tensor
        As in `metropolis_probability`.
    draw : float or Tensor
        Uniform in [0, 1). Explicit, so that every case can be written down as a truth table.

    Returns
    -------
    bool or Tensor
        A tensor of bool if tensors were given.

    Raises
    ------
    ValueError
        If the temperature is a negative number or NaN; in a tensor it is not looked at.
    """
    if isinstance(temperature, _PLAIN):
        check_temperature(temperature)
    usable = candidate > -math.inf  # false for NaN as well
    no_worse = (candidate >= incumbent) | (incumbent != incumbent)  # the latter is NaN
    # Subtraction says nothing where both are infinite; at T = inf only a failure is refused.
    lucky = (candidate - incumbent > temperature * _log(draw)) | (temperature == math.inf)
    return usable & (no_worse | lucky)


def check_temperature(temperature: float) -> None:
    """Raise `ValueError` if a temperature is negative or NaN."""
    if not temperature >= 0:
        raise ValueError(f"temperature must be >= 0, got {temperature}")


def _log(draw: Number) -> Number:
    """Return a finite logarithm, also of a draw of exactly 0."""
    positive = draw + sys.float_info.min  # any other draw of a generator is too large to change
    return positive.log() if hasattr(positive, "log") else math.log(positive)
