"""Simulated annealing without torch and without DEAP: schedules' contract, Metropolis criterion."""

from __future__ import annotations

import itertools
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping


class Schedule(ABC):
    """A temperature for every generation; a plugin of the group ``geneticgan.schedules``.

    Most schedules are pure functions of the generation's number, so a run can be resumed at any
    generation. One that learns from what is accepted defines `learn`, and keeps what it has learnt
    in `state`. A subclass validates its own options in ``__init__`` and raises `ValueError` with
    a sentence for the user.
    """

    @abstractmethod
    def temperature(self, generation: int) -> float:
        """Return the temperature at which a generation selects.

        Parameters
        ----------
        generation : int
            0 for the first generation.

        Returns
        -------
        float
            In units of fitness; >= 0 and never NaN. 0 means elitist.
        """

    def learn(self, generation: int, accepted: float) -> None:
        """Hear, after a generation's selection, what share of parents lost their place.

        Parameters
        ----------
        generation : int
            0-based.
        accepted : float
            In [0, 1].
        """
        return  # what does not learn has nothing to do

    @property
    def learns(self) -> bool:
        """Whether the next temperature depends on what this generation accepts."""
        return type(self).learn is not Schedule.learn

    def state(self) -> dict[str, float]:
        """Return what has been learnt, as JSON types; a checkpoint keeps it."""
        return {}

    def restore(self, state: Mapping[str, float]) -> None:
        """Take up what `state` returned."""
        return  # likewise

    def __iter__(self) -> Iterator[float]:
        """Yield the temperatures of generations 0, 1, 2, ... without end."""
        return (self.temperature(generation) for generation in itertools.count())


def metropolis_probability(candidate: float, incumbent: float, temperature: float) -> float:
    """Return the probability that a candidate replaces the incumbent (fitness is maximised).

    ``min(1, exp(-(incumbent - candidate) / T))``, the Metropolis criterion. The paper prints
    ``exp(-Delta / T)`` with ``Delta = candidate - incumbent <= 0`` (Algorithm 1, lines 14-16),
    which is never below 1; the sign here is the one that its text describes.

    Parameters
    ----------
    candidate, incumbent : float
        Fitness values. NaN and -inf are those of a dead individual.
    temperature : float
        In units of fitness, >= 0; 0 is the elitist limit, inf accepts everything alive.

    Returns
    -------
    float
        In [0, 1]. 0 for a dead candidate, 1 for a living one in place of a dead incumbent.

    Raises
    ------
    ValueError
        If the temperature is negative or NaN.
    """
    if not temperature >= 0:
        raise ValueError(f"temperature must be >= 0, got {temperature}")
    if math.isnan(candidate) or candidate == -math.inf:
        return 0.0
    if math.isnan(incumbent) or candidate >= incumbent:
        return 1.0
    if temperature == 0:
        return 0.0
    if math.isinf(temperature):
        return 1.0
    return math.exp(-(incumbent - candidate) / temperature)


def metropolis_accept(candidate: float, incumbent: float, temperature: float, draw: float) -> bool:
    """Decide by a given uniform draw whether the candidate replaces the incumbent.

    Parameters
    ----------
    candidate, incumbent, temperature : float
        As in `metropolis_probability`.
    draw : float
        Uniform in [0, 1). Explicit, so that every case can be written down as a truth table.
    """
    return draw < metropolis_probability(candidate, incumbent, temperature)
