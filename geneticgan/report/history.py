"""A run over time: its log, as columns that can be drawn."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geneticgan.errors import RunError
from geneticgan.report.figures.charts import FloatArray, Line
from geneticgan.training.results import UNFIT

POINTS = 120
"""Points of a line; each is a mean over the generations between."""

SHARES = 30
"""Points of a line that tells how often something happened."""


@dataclass(frozen=True)
class History:
    """Columns of a log, a value a generation.

    Attributes
    ----------
    steps : array of float64
        Generations, from 1.
    columns : mapping from str to array of float64
        ``T``; ``accepted`` (share of families); ``quality``, ``diversity`` (of the parents);
        ``difference`` (fitness of the best offspring minus its parent's); ``failures``;
        ``seconds``; ``images_per_second``; ``loss real``, ...; NaN where a record has no such
        value.
    winners : mapping from str to array of float64
        For each mutation, the share of families whose best offspring it made.
    validation : Line
        ACSA of the class head on the validation part, where it was looked at.
    """

    steps: FloatArray
    columns: Mapping[str, FloatArray]
    winners: Mapping[str, FloatArray]
    validation: Line

    def __len__(self) -> int:
        return len(self.steps)

    def line(self, name: str) -> Line:
        """Return a column over the generations, in at most `POINTS` means."""
        return self.means(self.columns[name])

    def means(self, values: FloatArray, points: int = POINTS) -> Line:
        """Return values over the generations, in at most so many means."""
        edges = np.linspace(0, len(self), min(points, len(self)) + 1).astype(int)
        pairs = list(itertools.pairwise(edges))
        x = np.array([self.steps[a:b].mean() for a, b in pairs])
        return Line(x, np.array([_mean(values[a:b]) for a, b in pairs]))


def read_history(path: Path, lambda_: float) -> History:
    """Read a run's log.

    Parameters
    ----------
    path : Path
        ``log.jsonl``.
    lambda_ : float
        Weight of diversity in the fitness.

    Raises
    ------
    RunError
        If it cannot be read or holds no generation.
    """
    records = list(read_records(path))
    if not records:
        raise RunError(f"{path} holds no generation yet")
    try:
        return _history(records, lambda_)
    except UNFIT as error:
        raise RunError(f"{path} has a record that is not as it was written: {error!r}") from error


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
    looks = [(r["step"], r["validation_acsa"]) for r in records if r.get("validation_acsa")]
    return History(
        np.array([record["step"] for record in records], float),
        {name: np.array(column) for name, column in columns.items()},
        {name: np.array(shares) for name, shares in winners.items()},
        Line(np.array([x for x, _ in looks], float), np.array([y for _, y in looks], float)),
    )


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a log; a last line that was cut off in writing is left out."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    return
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise RunError(f"{path}, line {number}, is no record; it is damaged") from error
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror or error}") from error


def _value(parts: Mapping[str, float | None], name: str) -> float:
    value = parts[name]
    return math.nan if value is None else value


def _difference(family: Mapping[str, Any], lambda_: float) -> float:
    """Return how much fitter the best offspring is than its parent; NaN if none lives."""

    def fitness(parts: Mapping[str, float | None]) -> float:
        return _value(parts, "quality") + lambda_ * _value(parts, "diversity")

    found = [fitness(child) for child in family["offspring"] if "failure" not in child]
    return max(found, default=math.nan) - fitness(family["parent"])


def _mean(values: Any) -> float:
    finite = [value for value in values if math.isfinite(value)]
    return float(np.mean(finite)) if finite else math.nan
