"""Looking at a data set: counts before and after imbalance, images by class."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geneticgan.config import TrainConfig
from geneticgan.data.dataset import Dataset, Source
from geneticgan.data.splits import Split
from geneticgan.files import not_written
from geneticgan.training.hooks import Observer
from geneticgan.training.setup import draw_split, load_source, open_dataset


@dataclass(frozen=True)
class Survey:
    """The images of a data set, and those that a run would use.

    Attributes
    ----------
    dataset : Dataset
        The plugin, with its options.
    source : Source
        All images.
    split : Split
        The images that a run would use.
    seconds : float
        The time for reading.
    """

    dataset: Dataset
    source: Source
    split: Split
    seconds: float


def survey(config: TrainConfig, observers: Sequence[Observer] = ()) -> Survey:
    """Load a data set as a run would, and draw the imbalanced subset.

    Raises
    ------
    GeneticGanError
        As for training.
    """
    start = time.perf_counter()
    dataset = open_dataset(config, observers)
    source = load_source(config, dataset)
    seconds = time.perf_counter() - start
    return Survey(dataset, source, draw_split(config, dataset, source), seconds)


def contact_sheet(config: TrainConfig, path: Path, observers: Sequence[Observer] = ()) -> None:
    """Draw training images of each class to a PNG.

    Raises as `survey` does, and `RunError` if the file cannot be written.
    """
    # Imports torch, which takes seconds that the other looks at a data set need not wait for.
    from geneticgan.report.pictures import draw_contact_sheet

    split = survey(config, observers).split
    try:
        key = draw_contact_sheet(path, split.train, split.class_names)
    except OSError as error:
        raise not_written(path, error) from error
    for observer in observers if key else ():
        observer.on_note(key)
