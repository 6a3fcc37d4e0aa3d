"""The screen of a benchmark: cells done, failed and left, and a line for each that ends."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from geneticgan.benchmark.cell import Cell
from geneticgan.benchmark.grid import Progress as GridProgress
from geneticgan.benchmark.result import CellResult
from geneticgan_cli.console import Console


class GridScreen:
    """Prints a line for each cell; on a terminal, a progress bar stays below.

    Parameters
    ----------
    console : Console
        The console to print on.
    workers : int
        The number of cells that run at once.
    units : str
        What the cells are called.
    name : callable
        Returns the name of a cell.
    """

    def __init__(
        self,
        console: Console,
        workers: int,
        units: str = "cells",
        name: Callable[[Cell], str] = str,
    ) -> None:
        self._console = console
        self._workers = workers
        self._units, self._name = units, name
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None)
        self._start = time.monotonic()
        self._before = 0

    def __enter__(self) -> GridScreen:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def on_progress(self, progress: GridProgress) -> None:
        """Show the progress of the grid."""
        ended = progress.done + progress.failed
        left = progress.total - ended
        state = f"{progress.done} done, {min(left, self._workers)} running"
        if progress.failed:
            state += f", {progress.failed} failed"
        if progress.cell is None or progress.result is None:
            self._start, self._before = time.monotonic(), ended
            self._print(f"{progress.total} {self._units}: {state}, {left} to do")
        else:
            here = ended - self._before
            seconds = (time.monotonic() - self._start) / here * left
            state += f", {left} left" + (f", about {_duration(seconds)}" if left else "")
            cell = f"{self._name(progress.cell)}: {_outcome(progress.result)}"
            self._print(f"[{ended}/{progress.total}] {cell}; {state}")
        self._bar.update(self._task, description=state, total=progress.total, completed=ended)

    def tell(self, text: str) -> None:
        """Print a sentence."""
        self._print(text)

    def _print(self, text: str) -> None:
        self._console.say(text)


def _outcome(result: CellResult) -> str:
    if result.failed:
        return f"failed ({result.error})"
    found = (f"{name} {100 * scores.acsa:.1f}" for name, scores in result.scores.items())
    return f"ACSA {', '.join(found)} in {result.seconds:.0f} s"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
