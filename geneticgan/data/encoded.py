"""Image files from any source, not yet decoded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from geneticgan.data.dataset import Int64Array


@dataclass(frozen=True)
class Encoded:
    """Image files from any source, with their labels.

    Attributes
    ----------
    names : sequence of str
        The name of each file, for messages.
    labels : array of int64
        The label of each image, shape (N,).
    read : callable
        A function from an index to the content of the file, called from several threads.
    groups : array of int64 or None
        The group of each image, shape (N,); see `geneticgan.data.dataset.Images`.
    on_disk : bool
        Whether the names are the paths of the files, which are then recognised without being read.
    known_by : str
        A key that changes with any of the files (`geneticgan.data.known.key_of`), by which they
        are recognised without being looked at; empty if there is none.
    place : str
        What identifies the data set in all its states, from the latest of which files that have
        not changed are taken over; empty if it has no earlier ones.
    """

    names: Sequence[str]
    labels: Int64Array
    read: Callable[[int], bytes]
    groups: Int64Array | None = None
    on_disk: bool = False
    known_by: str = ""
    place: str = ""
