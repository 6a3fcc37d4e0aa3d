"""The acceptance rule of simulated annealing, written once for floats and for tensors."""

from __future__ import annotations

import math
import sys
from typing import Any, TypeAlias, overload

Number: TypeAlias = Any
"""The argument type of a rule: a float, or a scalar float64 tensor on any device."""

Decision: TypeAlias = Any
"""The result type of a rule: a bool for floats, a scalar bool tensor for tensors."""

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
        Fitness values; NaN and -inf mark an individual that failed.
    temperature : float
        Temperature in units of fitness, >= 0; 0 is the elitist limit, and inf accepts every
        candidate that did not fail.

    Returns
    -------
    float
        A probability in [0, 1]: 0 for a candidate that failed, 1 if only the incumbent failed.

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
    """Decide from a given uniform draw whether the candidate replaces the incumbent.

    ``draw < exp((candidate - incumbent) / T)`` is computed as
    ``candidate - incumbent > T * log(draw)``, which never divides by the temperature and needs no
    special case for T = 0. It uses operators only, so that the same line decides for floats and,
    without waiting for the device, for tensors.

    Parameters
    ----------
    candidate, incumbent, temperature : float or Tensor
        The same as for `metropolis_probability`.
    draw : float or Tensor
        A number drawn uniformly from [0, 1); explicit, so that every case can be tested.

    Returns
    -------
    bool or Tensor
        Whether the candidate is accepted; a bool tensor if tensors were given.

    Raises
    ------
    ValueError
        If the temperature is a negative number or NaN; the value of a tensor is not checked.
    """
    if isinstance(temperature, _PLAIN):
        check_temperature(temperature)
    usable = candidate > -math.inf  # false for NaN as well
    no_worse = (candidate >= incumbent) | (incumbent != incumbent)  # the latter is NaN
    # The difference is undefined where both are infinite; at T = inf only a failure is rejected.
    lucky = (candidate - incumbent > temperature * _log(draw)) | (temperature == math.inf)
    return usable & (no_worse | lucky)


def check_temperature(temperature: float) -> None:
    """Raise `ValueError` if a temperature is negative or NaN."""
    if not temperature >= 0:
        raise ValueError(f"temperature must be >= 0, got {temperature}")


def _log(draw: Number) -> Number:
    """Return a finite logarithm, even of a draw of exactly 0."""
    positive = draw + sys.float_info.min  # too small to change any draw but 0
    return positive.log() if hasattr(positive, "log") else math.log(positive)
