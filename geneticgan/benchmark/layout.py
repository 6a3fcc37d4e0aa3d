"""The layout of a benchmark's folder."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geneticgan.benchmark.result import CellResult
from geneticgan.config import read_json
from geneticgan.errors import RunError
from geneticgan.files import first_foreign
from geneticgan.training.run_folder import write_json

_PLAIN = re.compile(r"[\w.-]+(:[\w.=,]+)?", re.ASCII)
_HASHED = 8


def folder_name(spec: str) -> str:
    """Return a spec as a name that every file system accepts; two specs never share a name."""
    name = "".join(c if (c.isascii() and c.isalnum()) or c in "-_.=" else "-" for c in spec)
    return name if _PLAIN.fullmatch(spec) else f"{name[:100]}-{_hash(spec)}"


def dataset_folder(spec: str) -> str:
    """Return a data set's name, with a hash of its options if it has any."""
    name, _, options = spec.partition(":")
    return f"{name}-{_hash(spec)}" if options else name


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_HASHED]


def place(dataset: str, imbalance: str, name: str, seed: int, trial: int | None = None) -> Path:
    """Return the relative path of a cell's files in any folder of a benchmark, without suffix."""
    tried = "" if trial is None else f"trial-{trial}-"
    return Path(
        dataset_folder(dataset), folder_name(imbalance), folder_name(name), f"{tried}seed-{seed}"
    )


def place_of(result: CellResult, of: str = "") -> Path:
    """Return the relative path of a finished cell's files, or of those of another method."""
    name = of or result.name or result.method
    return place(result.dataset, result.imbalance, name, result.seed, result.trial)


@dataclass(frozen=True)
class BenchmarkFolder:
    """The folder of a benchmark.

    Attributes
    ----------
    root : Path
        The folder, which need not exist.
    """

    root: Path

    def check_links(self) -> None:
        """Raise `RunError` if the folder contains a link, a pipe or a device."""
        if foreign := first_foreign(self.root):
            raise RunError(
                f"{foreign}, but a benchmark must hold its own files; put the file itself there"
            )

    @property
    def head(self) -> Path:
        """The file with the budget that all cells share, and the software that made them."""
        return self.root / "benchmark.json"

    def seals(self) -> list[str]:
        """Return the marks of image locations that this user has given; see `ownership`."""
        found = read_json(self.head).get("seals", []) if self.head.is_file() else []
        return [str(each) for each in found] if isinstance(found, list) else []

    @property
    def table(self) -> Path:
        """The file with all results, one per line, of a folder that was made small."""
        return self.root / "cells.jsonl"

    def cell(self, at: Path) -> Path:
        """Return the file of the result of the cell at a `place`."""
        return self.root / "cells" / at.with_name(f"{at.name}.json")

    def work(self, at: Path) -> Path:
        """Return the folder that a cell uses while it runs."""
        return self.root / "work" / at

    def generators(self, at: Path) -> Path:
        """Return the folder of a cell's generators."""
        return self.root / "generators" / at

    def sheet(self, at: Path) -> Path:
        """Return the picture of a cell's samples."""
        return self.root / "samples" / at.with_name(f"{at.name}.png")

    def out_of_fold(self, at: Path) -> Path:
        """Return the file of a cell's output on the images that its split held out."""
        return self.root / "out-of-fold" / at.with_name(f"{at.name}.npz")

    def generation(self, at: Path) -> Path:
        """Return the file, without its suffix, of the measurements of a cell's generators."""
        return self.root / "generation" / at

    def write(self, result: CellResult) -> None:
        """Write a result to its file."""
        path = self.cell(place_of(result))
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, result.to_json())

    def read(self, at: Path) -> CellResult | None:
        """Return the result of the cell at a `place`, or None if there is none.

        Raises
        ------
        ConfigError, RunError
            If the file cannot be read, or is not a result.
        """
        path = self.cell(at)
        return read_result(path) if path.is_file() else None

    def results(self) -> Iterator[CellResult]:
        """Yield the results of all cells except trials, including failed ones.

        Raises
        ------
        ConfigError, RunError
            Under the conditions of `read` and `check_links`.
        """
        self.check_links()
        if not (self.root / "cells").is_dir() and self.table.is_file():
            for line in self.table.read_text(encoding="utf-8").splitlines():
                yield _parsed(json.loads, line, self.table)
            return
        for path in sorted((self.root / "cells").rglob("seed-*.json")):
            yield read_result(path)


def no_results(path: Path) -> RunError:
    """Return the error for a folder that should be a run's or a benchmark's, and is neither."""
    hint = f"; its run is {path / 'run'}" if (path / "run" / "config.json").is_file() else ""
    return RunError(
        f"{path} is neither a run folder (config.json) nor a benchmark (benchmark.json){hint}"
    )


def read_result(path: Path) -> CellResult:
    """Read a result; `ConfigError` or `RunError` if the file is not one."""
    return _parsed(read_json, path, path)


def _parsed(read: Callable[[Any], Any], what: Path | str, path: Path) -> CellResult:
    try:
        return CellResult.from_json(read(what))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        cause = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise RunError(f"{path} is no result of a benchmark's cell: {cause}") from error
