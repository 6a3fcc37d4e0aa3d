"""What a run's folder keeps of its judgement and its images, read as a stranger's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geneticgan.config import read_json
from geneticgan.errors import RunError, typed
from geneticgan.evaluation.metrics import Scores

UNFIT = (AttributeError, LookupError, TypeError, ValueError)
"""What is raised where a file holds other JSON than was written."""


@dataclass(frozen=True)
class Drawn:
    """The images that a run was drawn, as a page tells of them.

    Attributes
    ----------
    class_names : tuple of str
        By label.
    train_counts : tuple of int
        Training images by label.
    remarks : tuple of str
        What was said of the images when the run began.
    """

    class_names: tuple[str, ...]
    train_counts: tuple[int, ...]
    remarks: tuple[str, ...]


def read_results(file: Path) -> list[dict[str, Any]]:
    """Return the scores of a run, a row for each method; none where it is not judged yet.

    Raises
    ------
    RunError
        If the file holds something else.
    """
    if not file.is_file():
        return []
    try:
        rows = list(read_json(file))
        sizes = {len(Scores.from_json(row).confusion) for row in rows}
        if len(sizes) > 1 or not all(isinstance(row["method"], str) for row in rows):
            raise ValueError
        if not all(sum(counts) for row in rows for counts in row["confusion"]):
            raise ValueError
    except UNFIT as error:
        raise RunError(
            f"{file} is damaged; judge the run again by: {typed('evaluate', file.parent)}"
        ) from error
    return rows


def read_drawn(file: Path, classes: int | None) -> Drawn:
    """Return what a run's split tells of its classes.

    Parameters
    ----------
    file : Path
        ``split.json`` of the run's folder.
    classes : int or None
        How many there have to be; None for any number.

    Raises
    ------
    RunError
        If the file holds something else.
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
    except UNFIT as error:
        raise RunError(f"{file} is damaged; train the run again") from error
    return Drawn(names, counts, remarks)
