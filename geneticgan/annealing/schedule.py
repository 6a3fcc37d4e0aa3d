"""The Schedule contract (a temperature for every generation) and the installed schedules."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping

from geneticgan.registry import PluginGroup


class Schedule(ABC):
    """A temperature for every generation; a plugin of the group ``geneticgan.schedules``.

    Most schedules are pure functions of the generation's number, so a run can be resumed at any
    generation. One that adapts to the acceptance rate defines `learn` and returns what it has
    learnt from `state`. A subclass validates its own options in ``__init__`` and raises
    `ValueError` with a sentence for the user.
    """

    @abstractmethod
    def temperature(self, generation: int) -> float:
        """Return the temperature at which a generation selects.

        Parameters
        ----------
        generation : int
            The generation's number; 0 is the first.

        Returns
        -------
        float
            Temperature in units of fitness, >= 0 and never NaN. 0 means elitist.
        """

    def learn(self, generation: int, accepted: float) -> None:
        """Learn, after a generation's selection, what share of the parents was replaced.

        Parameters
        ----------
        generation : int
            The generation's number; 0 is the first.
        accepted : float
            Share of the parents that an offspring replaced, in [0, 1].
        """
        return  # a schedule that does not learn has nothing to do

    @property
    def learns(self) -> bool:
        """Whether the next temperature depends on what this generation accepts."""
        return type(self).learn is not Schedule.learn

    def state(self) -> dict[str, float]:
        """Return what has been learnt, as JSON types for a checkpoint."""
        return {}

    def restore(self, state: Mapping[str, float]) -> None:
        """Restore what `state` returned."""
        return  # a schedule that does not learn has nothing to restore

    def __iter__(self) -> Iterator[float]:
        """Yield the temperatures of generations 0, 1, 2, ... without end."""
        return (self.temperature(generation) for generation in itertools.count())


SCHEDULES = PluginGroup("geneticgan.schedules", Schedule, "schedule")  # type: ignore[type-abstract]  # plugins are checked against it, it is not made


def create_schedule(text: str, **values: float | None) -> Schedule:
    """Make a schedule such as ``linear:T=10,period=500``; values that are None are omitted.

    Raises
    ------
    PluginError
        Under the conditions of `PluginGroup.make`.
    """
    return SCHEDULES.make(text, **values)
