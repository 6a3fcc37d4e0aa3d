"""Whether the rule of a selection can decide on the device."""

from __future__ import annotations

import torch

from geneticgan.annealing.selection import Accepts


def needs_host(accepts: Accepts) -> bool:
    """Tell whether a rule of `BestOffspring` cannot decide without the value of a number.

    Parameters
    ----------
    accepts : callable
        Tried on tensors of torch's ``meta`` device, which have no values: ``if``, ``and``,
        ``float()`` and the functions of `math` fail there, operators do not.
    """
    numbers = [torch.empty((), dtype=torch.float64, device="meta") for _ in range(4)]
    try:
        decision = accepts(*numbers)
    except Exception:  # a rule of anyone's, which may fail in any way
        return True
    scalar = isinstance(decision, torch.Tensor) and decision.shape == ()
    return not (isinstance(decision, bool) or (scalar and decision.dtype == torch.bool))
