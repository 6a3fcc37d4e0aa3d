"""The progress of a run, read from its folder while another process writes to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geneticgan.config import TrainConfig
from geneticgan.report.history import History, lost_records, read_history
from geneticgan.training.results import read_results
from geneticgan.training.run_folder import RunFolder


@dataclass(frozen=True)
class View:
    """The state of a run at one point in time.

    Attributes
    ----------
    path, config
        The folder and the config of the run.
    history : History or None
        The log so far; None before the first generation is written.
    results : sequence of mapping
        The table at the end; empty until the run is evaluated.
    lost : str
        What the log lacks, as a clause; empty if it is whole.
    """

    path: Path
    config: TrainConfig
    history: History | None
    results: Sequence[Mapping[str, Any]]
    lost: str = ""

    @property
    def finished(self) -> bool:
        """Whether the run has ended."""
        return bool(self.results)


class Watched:
    """A run that is being watched.

    Parameters
    ----------
    path : Path
        The run folder.

    Raises
    ------
    RunError
        If it is not a run folder.
    """

    def __init__(self, path: Path) -> None:
        self._folder, self._config = RunFolder.open(path)

    def look(self) -> View:
        """Read the current state; raises `RunError` if the log is damaged."""
        log, results = self._folder.log, self._folder.results
        begun = log.is_file() and b"\n" in log.read_bytes()[:65536]
        return View(
            self._folder.path,
            self._config,
            read_history(log, self._config.lambda_) if begun else None,
            read_results(results),
            lost_records(self._folder, self._config),
        )
