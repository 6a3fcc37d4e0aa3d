"""The history of a run: its log as columns that can be plotted."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geneticgan.annealing.fitness import weighted
from geneticgan.config import TrainConfig
from geneticgan.errors import RunError
from geneticgan.methods.of_run import core_config
from geneticgan.report.figures.charts import FloatArray, Line
from geneticgan.training.results import UNFIT, read_results
from geneticgan.training.run_folder import RunFolder

POINTS = 120
"""Number of points of a line; each is a mean over several generations."""

SHARES = 30
"""Number of points of a line that shows how often something happened."""


@dataclass(frozen=True)
class History:
    """Columns of a log, with one value per generation.

    Attributes
    ----------
    steps : array of float64
        Numbers of the generations, counted from 1.
    columns : mapping from str to array of float64
        ``T``; ``accepted`` (share of families); ``quality``, ``diversity`` (of the parents);
        ``difference`` (fitness of the best offspring minus its parent's); ``failures``;
        ``seconds``; ``images_per_second``; ``loss real``, ...; NaN where a record has no such
        value.
    winners : mapping from str to array of float64
        For each mutation, the share of families whose best offspring it made.
    validation : Line
        ACSA of the class head on the validation part, where it was measured.
    validation_smallest : Line
        Its recall of the smallest class there, likewise.
    """

    steps: FloatArray
    columns: Mapping[str, FloatArray]
    winners: Mapping[str, FloatArray]
    validation: Line
    validation_smallest: Line

    def __len__(self) -> int:
        return len(self.steps)

    def line(self, name: str) -> Line:
        """Return a column over the generations, averaged to at most `POINTS` points."""
        return self.means(self.columns[name])

    def means(self, values: FloatArray, points: int = POINTS) -> Line:
        """Return values over the generations, averaged to at most ``points`` points."""
        edges = np.linspace(0, len(self), min(points, len(self)) + 1).astype(int)
        pairs = list(itertools.pairwise(edges))
        x = np.array([self.steps[a:b].mean() for a, b in pairs])
        return Line(x, np.array([_mean(values[a:b]) for a, b in pairs]))


def read_history(path: Path, lambda_: float) -> History:
    """Read a run's log.

    Parameters
    ----------
    path : Path
        The file ``log.jsonl``.
    lambda_ : float
        Weight of diversity in the fitness.

    Raises
    ------
    RunError
        If the log cannot be read or contains no generation.
    """
    records = list(read_records(path))
    if not records:
        raise RunError(f"{path} holds no generation yet")
    try:
        return _history(records, lambda_)
    except UNFIT as error:
        raise RunError(f"{path} has a record that is not as it was written: {error!r}") from error


def lost_records(folder: RunFolder, config: TrainConfig) -> str:
    """Say that a run's log is damaged or lacks generations, as a clause; empty if it does not."""
    core = core_config(config)
    finished = bool(read_results(folder.results))
    if core is None or not (finished or folder.log.is_file()):
        return ""
    try:
        steps = {int(record["step"]) for record in read_records(folder.log)}
        last = core.steps if finished else max(steps, default=0)
    except (RunError, *UNFIT) as error:
        return f"its curves cannot be drawn: {error}"
    lost = last - len(steps)
    return f"{folder.log} lacks {lost} of {last} generations; its curves have gaps" if lost else ""


def _history(records: Sequence[Mapping[str, Any]], lambda_: float) -> History:
    columns: dict[str, list[float]] = {}
    mutations = sorted(
        {c["mutation"] for r in records for f in r["families"] for c in f["offspring"]}
    )
    winners: dict[str, list[float]] = {name: [] for name in mutations}
    for record in records:
        families = record["families"]
        values = {
            "T": record["T"],
            "accepted": float(np.mean([family["accepted"] for family in families])),
            "quality": _mean([_value(family["parent"], "quality") for family in families]),
            "diversity": _mean([_value(family["parent"], "diversity") for family in families]),
            "difference": _mean([_difference(family, lambda_) for family in families]),
            "failures": sum("failure" in child for f in families for child in f["offspring"]),
            "seconds": record.get("seconds", math.nan),
            "images_per_second": record.get("images_per_second", math.nan),
            **{f"loss {name}": value for name, value in record["loss"].items()},
        }
        for name, value in values.items():
            columns.setdefault(name, []).append(math.nan if value is None else float(value))
        for name, shares in winners.items():
            shares.append(sum(family["winner"] == name for family in families) / len(families))
    return History(
        np.array([record["step"] for record in records], float),
        {name: np.array(column) for name, column in columns.items()},
        {name: np.array(shares) for name, shares in winners.items()},
        *(_measured(records, f"validation_{name}") for name in ("acsa", "smallest")),
    )


def _measured(records: Sequence[Mapping[str, Any]], name: str) -> Line:
    """Return a value over the generations in which it was measured."""
    looks = [(r["step"], r[name]) for r in records if r.get(name) is not None]
    return Line(np.array([x for x, _ in looks], float), np.array([y for _, y in looks], float))


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a log, without a last line that was only partly written."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    return
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise RunError(f"{path} is damaged: line {number} is not a record") from error
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror or error}") from error


def _value(parts: Mapping[str, float | None], name: str) -> float:
    value = parts[name]
    return math.nan if value is None else value


def _difference(family: Mapping[str, Any], lambda_: float) -> float:
    """Return how much fitter the best offspring is than its parent; NaN if all have failed."""

    def fitness(parts: Mapping[str, float | None]) -> float:
        values = (_value(parts, "quality"), _value(parts, "diversity"))
        return float(sum(weighted(values, (1.0, lambda_))))

    found = [fitness(child) for child in family["offspring"] if "failure" not in child]
    return max(found, default=math.nan) - fitness(family["parent"])


def _mean(values: Any) -> float:
    finite = [value for value in values if math.isfinite(value)]
    return float(np.mean(finite)) if finite else math.nan
