"""Where a run stands, read from its folder while another process writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geneticgan.config import TrainConfig
from geneticgan.report.history import History, read_history
from geneticgan.training.results import read_results
from geneticgan.training.run_folder import RunFolder


@dataclass(frozen=True)
class View:
    """What is seen at a look.

    Attributes
    ----------
    path, config
        Of the run.
    history : History or None
        None before the first generation is written.
    results : sequence of mapping
        The table at the end; empty until the run is judged.
    """

    path: Path
    config: TrainConfig
    history: History | None
    results: Sequence[Mapping[str, Any]]

    @property
    def finished(self) -> bool:
        """Whether nothing more will come."""
        return bool(self.results)


class Watched:
    """A run that is looked at.

    Parameters
    ----------
    path : Path
        Of the run folder.

    Raises
    ------
    RunError
        If it is none.
    """

    def __init__(self, path: Path) -> None:
        self._folder, self._config = RunFolder.open(path)

    def look(self) -> View:
        """Read what there is now; `RunError` if the log is damaged."""
        log, results = self._folder.log, self._folder.results
        begun = log.is_file() and b"\n" in log.read_bytes()[:65536]
        return View(
            self._folder.path,
            self._config,
            read_history(log, self._config.lambda_) if begun else None,
            read_results(results),
        )
