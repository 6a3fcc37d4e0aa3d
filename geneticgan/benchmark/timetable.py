"""Schedules the trainings of a comparison, replanning after each to stay within a time limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from geneticgan.benchmark.budget import ALONE, seconds_of
from geneticgan.benchmark.pace import Pace

Entry = tuple[str, int]
"""A method and a seed."""

NO_ROOM = "because it does not fit the budget"
"""Why a method is compared no more where the time is short."""


@dataclass(frozen=True)
class Terms:
    """The terms of a timetable.

    Attributes
    ----------
    methods : tuple of str
        The methods in the order in which they are trained, including the reference.
    reference : str
        The method that is never left out.
    seeds : int
        Number of planned seeds.
    choices : tuple of int
        Permitted numbers of seeds; a single value is fixed.
    workers : int
        Number of trainings at once.
    """

    methods: tuple[str, ...]
    reference: str
    seeds: int
    choices: tuple[int, ...]
    workers: int


class Timetable:
    """Decides which training starts next.

    After each training the remaining work is compared with the remaining time. If it does not
    fit, there will be fewer seeds, and then fewer methods, dropping the most expensive first; where
    the reference alone is left, it is not trained again, unless the number of seeds is fixed. If
    all trainings finish early, there will be more seeds. Each change is reported.

    Parameters
    ----------
    terms : Terms
        The terms of the plan.
    pace : Pace
        Estimates how long a training takes.
    done : iterable of Entry
        Trainings that have already ended.
    left : callable
        Returns the remaining seconds.
    tell : callable
        Called with a sentence for each change.

    Attributes
    ----------
    methods : tuple of str
        The methods that are still compared.
    seeds : int
        Number of seeds that are still planned.
    dropped : dict of str to str
        Methods that are no longer compared, and why.
    """

    def __init__(
        self,
        terms: Terms,
        pace: Pace,
        done: Iterable[Entry],
        left: Callable[[], float],
        tell: Callable[[str], None],
    ) -> None:
        self.methods = terms.methods
        self.seeds = terms.seeds
        self.dropped: dict[str, str] = {}
        self._terms, self._pace, self._left, self._tell = terms, pace, left, tell
        self._done = set(done)
        self._running: dict[Entry, float] = {}

    @property
    def total(self) -> int:
        """Number of trainings in the comparison."""
        return len(self.methods) * self.seeds

    @property
    def done(self) -> int:
        """Number of those trainings that have ended."""
        return sum(entry in self._done for entry in self._entries(self.methods, self.seeds))

    def order(self) -> Iterator[tuple[Entry, float]]:
        """Yield the next training and its time limit in seconds, until all have started.

        Trainings of the reference have no limit.
        """
        while (entry := self._next()) is not None:
            left = self._left()
            self._running[entry] = left
            if entry[0] == self._terms.reference:
                yield entry, float("inf")
            else:
                yield entry, max(0.0, left - self._last(self.methods))

    def ended(self, entry: Entry, training: float, failure: str = "") -> None:
        """Record that a training has ended.

        Parameters
        ----------
        entry : Entry
            The training.
        training : float
            Its seconds, without overhead.
        failure : str
            Why it failed, after which the method is no longer compared; empty if it did not.
        """
        begun = self._running.pop(entry)
        self._done.add(entry)
        if failure:
            self._drop(entry[0], failure)
        else:
            self._pace.ended(entry[0], training, begun - self._left())

    def _next(self) -> Entry | None:
        if self._terms.reference in self.dropped:
            return None
        self._plan()
        waiting = self._waiting(self.methods, self.seeds)
        return waiting[0] if waiting else None

    def _plan(self) -> None:
        """Drop what does not fit, or add seeds."""
        fewer = sorted((each for each in self._terms.choices if each < self.seeds), reverse=True)
        if not self._waiting(self.methods, self.seeds):
            more = min((each for each in self._terms.choices if each > self.seeds), default=None)
            if more is not None and len(self.methods) > 1 and self._fits(self.methods, more):
                self.seeds = more
                self._tell(f"Faster than planned: {more} trainings of each method.")
            return
        while not self._fits(self.methods, self.seeds):
            if fewer:
                self.seeds = fewer.pop(0)
                self._tell(f"Slower than planned: {self.seeds} trainings of each method.")
                continue
            waiting = {method for method, _ in self._waiting(self.methods, self.seeds)}
            waiting.discard(self._terms.reference)
            if not waiting:
                self._alone()
                return
            self._drop(max(waiting, key=self._pace.of), NO_ROOM)

    def _alone(self) -> None:
        """Begin no more trainings of a reference with which nothing is compared any longer."""
        if self.methods != (self._terms.reference,) or len(self._terms.choices) == 1:
            return
        begun = (
            seed for method, seed in self._done | self._running.keys() if method in self.methods
        )
        seeds = max(ALONE, 1 + max(begun, default=-1))
        if seeds < self.seeds:
            self.seeds = seeds
            self._tell("Nothing is left to compare with, so the comparison ends here.")

    def _drop(self, method: str, why: str) -> None:
        if method in self.methods:
            self.methods = tuple(each for each in self.methods if each != method)
            self.dropped[method] = why
            self._tell(f"Left out: {method}, {why}.")

    def _fits(self, methods: Sequence[str], seeds: int) -> bool:
        now = self._left()
        each = [self._pace.of(method) for method, _ in self._waiting(methods, seeds)]
        for (method, _), begun in self._running.items():
            each.append(max(0.0, self._pace.of(method) - (begun - now)))
        return seconds_of(each, self._last(methods), self._terms.workers) <= now

    def _last(self, methods: Sequence[str]) -> float:
        return max(self._pace.last(method) for method in methods)

    def _waiting(self, methods: Sequence[str], seeds: int) -> list[Entry]:
        begun = self._done | self._running.keys()
        return [entry for entry in self._entries(methods, seeds) if entry not in begun]

    def _entries(self, methods: Sequence[str], seeds: int) -> Iterator[Entry]:
        for seed in range(seeds):
            for method in methods:
                yield method, seed
