"""Reads a run folder's scores and class counts without trusting the files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geneticgan.config import read_json
from geneticgan.errors import RunError, typed
from geneticgan.evaluation.metrics import Scores
from geneticgan.training.hashed import check_hash

UNFIT = (AttributeError, LookupError, TypeError, ValueError)
"""The exceptions raised if a file holds unexpected JSON."""


@dataclass(frozen=True)
class Drawn:
    """A summary of the images of a run.

    Attributes
    ----------
    class_names : tuple of str
        The names of the classes, by label.
    train_counts : tuple of int
        The numbers of training images, by label.
    remarks : tuple of str
        Remarks about the images from the start of the run.
    """

    class_names: tuple[str, ...]
    train_counts: tuple[int, ...]
    remarks: tuple[str, ...]


def read_results(file: Path) -> list[dict[str, Any]]:
    """Return the scores of a run, one row per method; empty if it has not been evaluated yet.

    Raises
    ------
    RunError
        If the file has other content.
    """
    if not file.is_file():
        return []
    try:
        rows = list(read_json(file))
        scores = [Scores.from_json(row) for row in rows]
        sizes = {len(each.confusion) for each in scores}
        if len(sizes) > 1 or not all(isinstance(row["method"], str) for row in rows):
            raise ValueError
        if not all(sum(counts) for row in rows for counts in row["confusion"]):
            raise ValueError
        if not all(each.coherent for each in scores):
            raise ValueError
    except UNFIT as error:
        raise RunError(
            f"{file} is damaged; evaluate the run again with: {typed('evaluate', file.parent)}"
        ) from error
    return rows


def read_drawn(file: Path, classes: int | None) -> Drawn:
    """Return the summary of a run's images from its split.

    Parameters
    ----------
    file : Path
        ``split.json`` in the run's folder.
    classes : int or None
        The required number of classes; None for any number.

    Raises
    ------
    RunError
        If the file has other content.
    """
    try:
        found = read_json(file)
        names, counts = tuple(found["class_names"]), tuple(found["train_counts"])
        remarks = tuple(found.get("remarks", []))
        fits = len(names) == len(counts) == (len(names) if classes is None else classes) > 1
        if not (fits and all(isinstance(text, str) for text in names + remarks)):
            raise ValueError
        if not all(type(count) is int and count > 0 for count in counts):
            raise ValueError
        check_hash(found)
    except UNFIT as error:
        raise RunError(f"{file} is damaged; train the run again") from error
    return Drawn(names, counts, remarks)
