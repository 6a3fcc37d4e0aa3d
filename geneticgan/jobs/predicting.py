"""Writing what a run says of new images."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from geneticgan.errors import RunError
from geneticgan.inference.facts import Facts
from geneticgan.inference.files import image_files
from geneticgan.inference.loading import open_networks
from geneticgan.inference.prediction import Prediction, predict_files

FORMATS = ("csv", "jsonl")


@dataclass(frozen=True)
class Summary:
    """What came of predicting.

    Attributes
    ----------
    counts : Counter of str
        Images by predicted class, the most frequent first.
    unreadable : int
        Images that could not be read.
    """

    counts: Counter[str]
    unreadable: int


def predict(
    run: Path,
    images: Iterable[str],
    out: Path,
    how: str,
    device: str,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Summary:
    """Classify images and write a row for each; see `geneticgan.inference.files.image_files`.

    The file is there whole or not at all.

    Raises
    ------
    GeneticGanError
        For anything the user can mend.
    """
    networks = open_networks(run, device)
    counts: Counter[str] = Counter()
    unreadable = 0

    def counted() -> Iterator[Prediction]:
        nonlocal unreadable
        for number, each in enumerate(predict_files(networks, image_files(images)), 1):
            if each.label is None:
                unreadable += 1
            else:
                counts[networks.facts.class_names[each.label]] += 1
            yield each
            on_progress(number)

    write = _write_csv if how == "csv" else _write_jsonl
    try:
        handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    except OSError as error:
        raise RunError(f"{out} cannot be written: {error.strerror or error}") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            write(file, networks.facts, counted())
        temporary.chmod(0o644)
        temporary.replace(out)
    except OSError as error:
        raise RunError(f"{out} cannot be written: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)
    return Summary(Counter(dict(counts.most_common())), unreadable)


def _write_csv(file: TextIO, facts: Facts, rows: Iterable[Prediction]) -> None:
    writer = csv.writer(file)
    writer.writerow(["path", "predicted", *(f"p({n})" for n in facts.class_names), "error"])
    for row in rows:
        if row.label is None:
            writer.writerow([row.name, "", *[""] * facts.classes, row.error])
        else:
            shares = (f"{p:.6f}" for p in row.probabilities)
            writer.writerow([row.name, facts.class_names[row.label], *shares, ""])


def _write_jsonl(file: TextIO, facts: Facts, rows: Iterable[Prediction]) -> None:
    for row in rows:
        found: dict[str, object] = {"path": row.name}
        if row.label is None:
            found["error"] = row.error
        else:
            found["predicted"] = facts.class_names[row.label]
            shares = zip(facts.class_names, row.probabilities, strict=True)
            found["probabilities"] = {name: round(float(p), 6) for name, p in shares}
        file.write(json.dumps(found, ensure_ascii=False) + "\n")
