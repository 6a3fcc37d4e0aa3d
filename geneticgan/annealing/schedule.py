"""The Schedule contract: a temperature for every generation; and the schedules installed."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping

from geneticgan.registry import PluginGroup


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


SCHEDULES = PluginGroup("geneticgan.schedules", Schedule, "schedule")  # type: ignore[type-abstract]  # plugins are checked against it, it is not made


def create_schedule(text: str, **values: float | None) -> Schedule:
    """Make a schedule such as ``linear:T=10,period=500``; values that are None are left out.

    Raises
    ------
    PluginError
        As `PluginGroup.make`.
    """
    return SCHEDULES.make(text, **values)
