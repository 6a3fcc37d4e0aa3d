"""The JSON state of a checkpoint: whether every field is one that a run could have written."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from geneticgan.annealing.schedule import Schedule
from geneticgan.errors import RunError
from geneticgan.training.results import UNFIT

Fits = Callable[[Any], bool]

MOST = 2**62
"""A count above this is a forgery."""


def what_does_not_fit(state: Mapping[str, Any]) -> str:
    """Name a field of a state that is missing or that no run wrote, as a clause; empty if none."""
    return _odd(state, FIELDS) or _odd({"seconds": 0.0, **state["monitor"]}, MONITOR, "monitor: ")


def check_reach(state: Mapping[str, Any], steps: int, rollbacks: int, path: Path) -> None:
    """Raise `RunError` for more generations or rollbacks than a run has."""
    reached, returns = state["next_generation"], state["rollbacks"]
    if reached > steps or returns > rollbacks:
        raise RunError(
            f"{path} is damaged: a run of {steps} generations does not reach generation {reached} "
            f"after {returns} rollbacks; train again"
        )


def restore_schedule(schedule: Schedule, state: Mapping[str, float], path: Path) -> None:
    """Restore what a schedule has learnt; raises `RunError` if it cannot have learnt that."""
    try:
        schedule.restore(state)
    except UNFIT as error:
        raise RunError(
            f"{path} is damaged: the schedule does not continue from {state} ({error}); train again"
        ) from error


def _odd(values: Mapping[str, Any], fields: Mapping[str, Fits], at: str = "") -> str:
    for name, fits in fields.items():
        if name not in values:
            return f"it lacks {at}{name}"
        if not fits(values[name]):
            return f"{at}{name} is {str(values[name])[:40]!r}"
    return ""


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < MOST


def _is_mapping(value: Any) -> bool:
    return isinstance(value, dict)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value < math.inf


def _is_score(value: Any) -> bool:
    return value is None or (_is_number(value) and value <= 1)


def _are_counts(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_count(each) for each in value.values())


def _are_shares(value: Any) -> bool:
    return isinstance(value, list) and all(_is_number(each) and each <= 1 for each in value)


def _is_generator(value: Any) -> bool:
    try:
        np.random.PCG64().state = value
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return False
    return True


FIELDS: Mapping[str, Fits] = {
    "next_generation": _is_count,
    "log_position": _is_count,
    "rollbacks": _is_count,
    "metropolis": _is_generator,
    "monitor": _is_mapping,
    "schedule": _is_mapping,
}
"""What a field of the state must be, by name."""

MONITOR: Mapping[str, Fits] = {
    "step": _is_count,
    "wins": _are_counts,
    "failures": _is_count,
    "validation_acsa": _is_score,
    "validation_smallest": _is_score,
    "acceptances": _are_shares,
    "seconds": _is_number,
}
"""The same for the status of a run."""
