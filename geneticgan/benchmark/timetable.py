"""Which training of a comparison is next, planned anew after each one so that a time is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from geneticgan.benchmark.budget import seconds_of
from geneticgan.benchmark.pace import Pace

Entry = tuple[str, int]
"""A method and a seed."""

NO_ROOM = "for it does not fit the budget"
"""Why a method is compared no more where the time is short."""


@dataclass(frozen=True)
class Terms:
    """What a timetable is made for.

    Attributes
    ----------
    methods : tuple of str
        In the order in which they are trained, the reference among them.
    reference : str
        The method that is never left out.
    seeds : int
        How many are planned.
    choices : tuple of int
        How many there may be; one value alone is settled.
    workers : int
        Trainings at once.
    """

    methods: tuple[str, ...]
    reference: str
    seeds: int
    choices: tuple[int, ...]
    workers: int


class Timetable:
    """Says which training begins next.

    After each one that has ended, what is left is compared with the time that is left. Where it
    does not fit, there will be fewer seeds, and then fewer methods, the dearest first; where all
    are done before the time, there will be more seeds. What is left out is said.

    Parameters
    ----------
    terms : Terms
        What is planned.
    pace : Pace
        What a training takes.
    done : iterable of Entry
        Trainings that have ended before.
    left : callable
        Returns the seconds that are left.
    tell : callable
        Hears of each change, in a sentence.

    Attributes
    ----------
    methods : tuple of str
        Those that are still compared.
    seeds : int
        How many are still planned.
    dropped : dict of str to str
        Methods that are compared no more, and why.
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
        """How many trainings the comparison has."""
        return len(self.methods) * self.seeds

    @property
    def done(self) -> int:
        """How many of them have ended."""
        return sum(entry in self._done for entry in self._entries(self.methods, self.seeds))

    def order(self) -> Iterator[tuple[Entry, float]]:
        """Yield what begins next, with the seconds that it may take, until all has begun.

        Those of the reference may take as long as they do.
        """
        while (entry := self._next()) is not None:
            left = self._left()
            self._running[entry] = left
            if entry[0] == self._terms.reference:
                yield entry, float("inf")
            else:
                yield entry, max(0.0, left - self._last(self.methods))

    def ended(self, entry: Entry, training: float, failure: str = "") -> None:
        """Note that a training has ended.

        Parameters
        ----------
        entry : Entry
            Which one.
        training : float
            Its seconds, without what was around it.
        failure : str
            Why it failed; the method is compared no more.
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
        """Let go of what does not fit, or take in another seed."""
        fewer = sorted((each for each in self._terms.choices if each < self.seeds), reverse=True)
        if not self._waiting(self.methods, self.seeds):
            more = min((each for each in self._terms.choices if each > self.seeds), default=None)
            if more is not None and self._fits(self.methods, more):
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
                return
            self._drop(max(waiting, key=self._pace.of), NO_ROOM)

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
