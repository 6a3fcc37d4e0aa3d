"""Writes log.jsonl, with one record per line."""

from __future__ import annotations

import io
import json
import math
import os
from pathlib import Path
from typing import Any

from geneticgan.annealing.algorithm import Generation
from geneticgan.annealing.fitness import weighted_sum
from geneticgan.files import open_own
from geneticgan.gan.individual import GeneratorIndividual
from geneticgan.training.hooks import Observer


class Recorder(Observer):
    """Appends records to the log, from a given position on.

    Parameters
    ----------
    path : Path
        The log file.
    position : int
        The length in bytes of the log up to the last checkpoint. Anything after it, written before
        the run was stopped, is cut off and written again.

    Attributes
    ----------
    notice : str
        A message if the log lacks records that were written before that position.
    """

    notice = ""

    def __init__(self, path: Path, position: int = 0) -> None:
        self._path = path
        self._file = open_own(path, os.O_RDWR | os.O_CREAT)
        self.rewind(position)

    def rewind(self, position: int) -> None:
        """Truncate the log at a position, and continue from there.

        If the log has been shortened or damaged since, what is left of its records is kept.
        """
        self._file.seek(0)
        whole = b"".join(line for line in io.BytesIO(self._file.read(position)) if is_record(line))
        if len(whole) < position:
            self.notice = (
                f"{self._path} has lost records ({position - len(whole)} of {position} bytes); "
                "the curves of those generations are missing, nothing else"
            )
            self._file.seek(0)
            self._file.write(whole)
        self._file.truncate(len(whole))
        self._file.seek(len(whole))

    def on_record(self, record: dict[str, Any]) -> None:
        """Append a record."""
        self._file.write(json.dumps(record).encode() + b"\n")

    def position(self) -> int:
        """Flush to the disk, and return the length of the log in bytes.

        A checkpoint stores this position, so the log must not be shorter after a power cut.
        """
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Flush and close the log."""
        self._file.close()


def is_record(line: bytes) -> bool:
    """Tell whether a line of a log is a whole record."""
    try:
        return line.endswith(b"\n") and isinstance(json.loads(line), dict)
    except ValueError:
        return False


class NoRecorder(Recorder):
    """Keeps no log, which only the leading process of a run does."""

    def __init__(self) -> None:
        """Open nothing."""

    def rewind(self, position: int) -> None:
        """Do nothing."""

    def on_record(self, record: dict[str, Any]) -> None:
        """Do nothing."""

    def position(self) -> int:
        """Return 0."""
        return 0

    def close(self) -> None:
        """Do nothing."""


def generation_record(generation: Generation, losses: dict[str, float]) -> dict[str, Any]:
    """Return the log's record of a generation: step, T, all fitness parts, winners, losses."""
    broods: dict[int, list[GeneratorIndividual]] = {}
    for child in generation.offspring:
        broods.setdefault(child.lineage, []).append(child)
    families = []
    for parent, accepted in zip(generation.parents, generation.accepted, strict=True):
        brood = broods.get(parent.lineage, [])
        best = max(brood, key=lambda child: weighted_sum(child.fitness))
        families.append(
            {
                "parent": _parts(parent),
                "offspring": [
                    {"mutation": child.mutation, **_parts(child)}
                    | ({"failure": child.failure} if child.failure else {})
                    for child in brood
                ],
                "winner": None if best.failure else best.mutation,
                "accepted": accepted,
            }
        )
    return {
        "step": generation.number + 1,
        "T": generation.temperature,
        "families": families,
        "loss": losses,
    }


def _parts(individual: GeneratorIndividual) -> dict[str, float | None]:
    quality, diversity = (v if math.isfinite(v) else None for v in individual.fitness.values)
    return {"quality": quality, "diversity": diversity}
