"""An optional progress bar on stderr."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import Progress as Bar


class Progress:
    """Shows how many generations are done; a context manager.

    Parameters
    ----------
    steps : int
        Total number of generations.
    shown : bool
        Whether to show anything.
    """

    def __init__(self, steps: int, *, shown: bool) -> None:
        self._bar = Bar(console=Console(stderr=True)) if shown else None
        self._steps = steps

    def __enter__(self) -> Progress:
        if self._bar:
            self._bar.start()
            self._task = self._bar.add_task("generation", total=self._steps)
        return self

    def __call__(self, done: int) -> None:
        """Update the bar to the number of finished generations."""
        if self._bar:
            self._bar.update(self._task, completed=done)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar:
            self._bar.stop()
