"""Remarks about a run's images before training, kept for its report."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geneticgan.config import TrainConfig
from geneticgan.data.encoded import Encoded
from geneticgan.data.notices import SILENT
from geneticgan.data.splits import Split
from geneticgan.jobs.originals import files_of
from geneticgan.seeding import numpy_stream
from geneticgan.training.hooks import Observer

LOOKED_AT = 3000
"""The maximal number of files checked for a shortcut; ``datasets check`` uses all of them."""


class Remarks(Observer):
    """Remembers all notes.

    Attributes
    ----------
    texts : list of str
        The notes, in order.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []

    def on_note(self, text: str) -> None:
        """Remember the note."""
        self.texts.append(text)


def warn_of_shortcut(config: TrainConfig, split: Split, observers: Sequence[Observer]) -> None:
    """Warn if the classes of training images can be told by properties other than their content.

    Parameters
    ----------
    config : TrainConfig
        The config that names the data set; only data sets of the user's own files are checked.
    split : Split
        The split, just loaded.
    observers : sequence of Observer
        The observers that receive the warning.
    """
    found = files_of(config, split)
    if found is None or split.train.places is None:
        return
    from geneticgan.data.inspection.look import look_at
    from geneticgan.data.inspection.shortcuts import find_shortcut

    chosen = np.arange(len(split.train))
    if len(chosen) > LOOKED_AT:
        chosen = numpy_stream(config.seed, "shortcut").permutation(chosen)[:LOOKED_AT]
    places, labels = split.train.places[chosen], split.train.labels[chosen]
    files = Encoded(
        [found.files.names[int(place)] for place in places],
        labels,
        lambda index: found.files.read(int(places[index])),
    )
    looks = look_at(files, SILENT)
    groups = None if split.train.groups is None else split.train.groups[chosen][looks.readable]
    shortcut = find_shortcut(looks, labels[looks.readable], groups)
    if shortcut is not None and shortcut.warns:
        for observer in observers:
            observer.on_note(f"Warning: {shortcut.told}.")
