"""What a run brought, as its table shows it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from geneticgan.config import TrainConfig
from geneticgan.data.splits import Split
from geneticgan.evaluation.metrics import Scores
from geneticgan.training.run_folder import RunFolder


@dataclass(frozen=True)
class Row:
    """A line of the table: a method's name and its scores on the test part."""

    title: str
    scores: Scores


@dataclass(frozen=True)
class Report:
    """What a run brought.

    Attributes
    ----------
    folder : RunFolder
        Of the run.
    config : TrainConfig
        Its options.
    rows : tuple of Row
        The methods, in the order of the table.
    split : Split
        The images.
    picture : Path or None
        Generated samples by class; None for a method that generates nothing.
    classifier : str
        Title of the row whose network is the run's classifier.
    why : str
        How it was chosen among several, as a clause; empty where there is one.
    """

    folder: RunFolder
    config: TrainConfig
    split: Split
    rows: tuple[Row, ...]
    picture: Path | None
    classifier: str
    why: str = ""
