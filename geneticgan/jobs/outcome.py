"""The results of a run, as its table shows them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from geneticgan.config import TrainConfig
from geneticgan.data.splits import Split
from geneticgan.evaluation.metrics import Scores
from geneticgan.training.run_folder import RunFolder


@dataclass(frozen=True)
class Row:
    """A row of the table: a method's title and its scores on the test part."""

    title: str
    scores: Scores


@dataclass(frozen=True)
class Report:
    """The results of a run.

    Attributes
    ----------
    folder : RunFolder
        The run folder.
    config : TrainConfig
        The options of the run.
    rows : tuple of Row
        The methods, in the order of the table.
    split : Split
        The images.
    picture : Path or None
        A picture of generated samples by class; None for a method that generates nothing.
    classifier : str
        The title of the row whose network is the run's classifier.
    why : str
        How it was chosen among several, as a clause; empty if there is only one.
    """

    folder: RunFolder
    config: TrainConfig
    split: Split
    rows: tuple[Row, ...]
    picture: Path | None
    classifier: str
    why: str = ""

    @property
    def film(self) -> Path | None:
        """The film of how the generators learnt, if there is one."""
        path = self.folder.samples / "film.webp"
        return path if path.is_file() else None
