"""Writes predictions as rows of a CSV, JSON Lines or Parquet file."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import os
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from geneticgan.errors import ConfigError
from geneticgan.files import open_own
from geneticgan.inference.facts import Facts
from geneticgan.inference.prediction import Prediction

ROWS = 10_000
"""Number of rows in a group of a Parquet file, which limits the memory."""

Writer = Callable[[Path, Iterable[Prediction]], None]


def make_writer(how: str, facts: Facts) -> Writer:
    """Return a function that writes predictions to a new file as they arrive.

    Parameters
    ----------
    how : str
        The format: ``csv``, ``jsonl`` or ``parquet``.
    facts : Facts
        The facts of the model.

    Raises
    ------
    ConfigError
        If a package that the format needs is not installed.
    """
    if how == "parquet" and not all(map(importlib.util.find_spec, ("pandas", "pyarrow"))):
        raise ConfigError(
            "the format parquet needs packages that are not installed: pip install "
            "'geneticgan[parquet]'; or choose --format csv"
        )
    write = {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet}[how]
    return lambda path, rows: write(path, facts, rows)


def _new(path: Path) -> BinaryIO:
    return open_own(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)


def _csv(path: Path, facts: Facts, rows: Iterable[Prediction]) -> None:
    with _new(path) as raw, io.TextIOWrapper(raw, encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "predicted", *_columns(facts), "error"])
        for row in rows:
            if row.label is None:
                writer.writerow([row.name, "", *[""] * facts.classes, row.error])
            else:
                shares = (f"{p:.6f}" for p in row.probabilities)
                writer.writerow([row.name, facts.class_names[row.label], *shares, ""])


def _jsonl(path: Path, facts: Facts, rows: Iterable[Prediction]) -> None:
    with _new(path) as raw, io.TextIOWrapper(raw, encoding="utf-8") as file:
        for row in rows:
            found: dict[str, object] = {"path": row.name}
            if row.label is None:
                found["error"] = row.error
            else:
                found["predicted"] = facts.class_names[row.label]
                shares = zip(facts.class_names, row.probabilities, strict=True)
                found["probabilities"] = {name: round(float(p), 6) for name, p in shares}
            file.write(json.dumps(found, ensure_ascii=False) + "\n")


def _parquet(path: Path, facts: Facts, rows: Iterable[Prediction]) -> None:
    import pandas as pd
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    texts, shares = pa.string(), pa.float64()
    schema = pa.schema(
        [("path", texts), ("predicted", texts)]
        + [(name, shares) for name in _columns(facts)]
        + [("error", texts)]
    )
    left = iter(rows)
    with _new(path) as file, ParquetWriter(file, schema) as writer:
        while group := [_record(row, facts) for row in islice(left, ROWS)]:
            frame = pd.DataFrame(group, columns=schema.names)
            writer.write_table(pa.Table.from_pandas(frame, schema, preserve_index=False))


def _record(row: Prediction, facts: Facts) -> list[Any]:
    if row.label is None:
        return [row.name, None, *[None] * facts.classes, row.error]
    return [row.name, facts.class_names[row.label], *map(float, row.probabilities), None]


def _columns(facts: Facts) -> list[str]:
    return [f"p({name})" for name in facts.class_names]
