"""What is said of a run's images before it trains, kept for its report."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geneticgan.config import TrainConfig
from geneticgan.data.notices import SILENT
from geneticgan.data.reading import Encoded
from geneticgan.data.splits import Split
from geneticgan.jobs.originals import files_of
from geneticgan.seeding import numpy_stream
from geneticgan.training.hooks import Observer

LOOKED_AT = 3000
"""Files at most by which a shortcut is told; ``datasets check`` looks at all of them."""


class Remarks(Observer):
    """Remembers what is said.

    Attributes
    ----------
    texts : list of str
        In the order in which they were said.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []

    def on_note(self, text: str) -> None:
        """Remember it."""
        self.texts.append(text)


def warn_of_shortcut(config: TrainConfig, split: Split, observers: Sequence[Observer]) -> None:
    """Say it if the training images' classes show in what no photograph shows.

    Parameters
    ----------
    config : TrainConfig
        Names the data set; nothing is looked for where it is none of the user's files.
    split : Split
        As it was just loaded.
    observers : sequence of Observer
        Hear of it.
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
