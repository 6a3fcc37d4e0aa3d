"""Rows computed for an earlier state of a data set, taken over for files that have not changed."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geneticgan.data.cache import Arrays, cached, content_key, entries, read_entry
from geneticgan.data.dataset import Int64Array, UInt8Array
from geneticgan.data.notices import Notices
from geneticgan.files import write_whole

MARKS = "marks"
"""The name of the array in an entry that identifies its rows."""

MARK = 20
"""The length of a mark in bytes."""


@dataclass(frozen=True)
class Series:
    """The entries made of successive states of one data set in the same way.

    Attributes
    ----------
    key : str
        A hash of the place of the data set and of what the rows are; empty if nothing is to be
        taken over.
    """

    key: str = ""

    @classmethod
    def of(cls, place: str, *what: object) -> Series:
        """Return the series of a place, or one without entries if the place is empty."""
        return cls(content_key(("series", place, *what), []) if place else "")

    def latest(self, marks: UInt8Array) -> Earlier:
        """Return the rows of the latest entry that belong to marks.

        Parameters
        ----------
        marks : array of uint8
            The marks of the wanted rows, shape (N, `MARK`). Rows of equal marks are equal; a mark
            of zeros belongs to no row.
        """
        try:
            key = self._pointer.read_text(encoding="ascii") if self.key else ""
        except (OSError, ValueError):
            key = ""
        found = read_entry(entries() / key) if re.fullmatch("[0-9a-f]{40}", key) else None
        before = None if found is None else found.get(MARKS)
        if found is None or before is None or before.shape[1:] != marks.shape[1:]:
            return Earlier({}, np.full(len(marks), -1, dtype=np.int64))
        return Earlier(found, _matched(marks, np.asarray(before, dtype=np.uint8)))

    def goes_on(self, key: str) -> None:
        """Note that an entry is the latest one; without room on the disk nothing is noted."""
        if self.key:
            with contextlib.suppress(OSError):
                write_whole(self._pointer, key.encode())

    @property
    def _pointer(self) -> Path:
        return entries() / f"{self.key}.latest"


@dataclass(frozen=True)
class Earlier:
    """Rows of an earlier entry.

    Attributes
    ----------
    arrays : mapping of str to array
        The arrays of the entry; empty if there is none.
    places : array of int64
        For each wanted row its position in these arrays, or -1 if it is new, shape (N,).
    """

    arrays: Arrays
    places: Int64Array

    @property
    def new(self) -> Int64Array:
        """The positions of the wanted rows that are new."""
        return np.flatnonzero(self.places < 0).astype(np.int64)

    def between(self, start: int, stop: int) -> Earlier:
        """Return the same for the wanted rows from ``start`` to ``stop`` (excluded)."""
        return Earlier(self.arrays, self.places[start:stop])

    def completed(self, name: str, computed: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """Return an array of all wanted rows, made of earlier ones and of those computed anew."""
        if len(computed) == len(self.places):
            return computed
        rows = np.empty((len(self.places), *computed.shape[1:]), dtype=computed.dtype)
        again = self.places >= 0
        rows[~again] = computed
        rows[again] = self.arrays[name][self.places[again]]
        return rows


def by_rows(
    key: str,
    series: Series,
    mark: Callable[[], UInt8Array],
    compute: Callable[[Int64Array], Arrays],
    notices: Notices,
) -> Arrays:
    """Return the arrays of a key; if they are not in the cache, compute the rows that are new.

    Parameters
    ----------
    key : str
        The key of the entry, from `geneticgan.data.cache.content_key`; if it is empty, nothing is
        stored.
    series : Series
        The series to which the entry belongs, from whose latest entry rows are taken over.
    mark : callable
        A function that returns the marks of the rows, shape (N, `MARK`).
    compute : callable
        A function from the positions of rows to arrays of these rows.
    notices : Notices
        The listener that is told if the arrays cannot be stored.
    """
    built = False

    def build() -> Arrays:
        nonlocal built
        built = True
        marks = mark()
        before = series.latest(marks)
        computed = compute(before.new)
        arrays = {name: before.completed(name, rows) for name, rows in computed.items()}
        return {**arrays, MARKS: marks}

    if not key:
        return build()
    found = cached(key, build, notices)
    if built:
        series.goes_on(key)
    return found


def _matched(marks: UInt8Array, before: UInt8Array) -> Int64Array:
    """Return for each mark the position of an equal one among those before, or -1."""
    if not len(before):
        return np.full(len(marks), -1, dtype=np.int64)
    wanted, known = _first_bytes(marks), _first_bytes(before)
    order = np.argsort(known, kind="stable")
    at = np.searchsorted(known[order], wanted)
    found = order[np.minimum(at, len(order) - 1)]
    equal = (before[found] == marks).all(axis=1) & marks.any(axis=1)
    return np.where(equal, found, -1).astype(np.int64)


def _first_bytes(marks: UInt8Array) -> npt.NDArray[np.uint64]:
    """Return the first eight bytes of each mark as a number."""
    return np.ascontiguousarray(marks[:, :8]).view("<u8")[:, 0]
