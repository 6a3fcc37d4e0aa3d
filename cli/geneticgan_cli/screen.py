"""The screen of a run: a live table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Group
from rich.live import Live
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
)
from rich.progress import TimeRemainingColumn as TimeLeftColumn
from rich.table import Table
from rich.text import Text

from geneticgan.training.hooks import Observer, Status
from geneticgan_cli.console import Console

REFRESH_PER_SECOND = 4
PLAIN_LINES = 20
"""The number of lines that a phase writes if the output is not a terminal."""

PLAIN_SECONDS = 10.0
"""The time between two lines of a phase without a status."""


@contextmanager
def watching(console: Console) -> Iterator[Observer]:
    """Yield the screen that suits the console, and close it at the end."""
    if not console.is_terminal:
        yield PlainScreen(console)
        return
    screen = LiveScreen(console)
    with screen.live:
        yield screen


class RateColumn(ProgressColumn):
    """Steps per second, if there are at least 2."""

    def render(self, task: Task) -> Text:
        """Return the rate as text; empty while it is unknown."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f} per second" if speed and speed >= 2 else "")


class LiveScreen(Observer):
    """A progress bar and the status, rewritten in place."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            RateColumn(),
            TimeLeftColumn(),
            console=console,
        )
        self._console = console
        self._task: TaskID | None = None
        self.live = Live(self._progress, console=console, refresh_per_second=REFRESH_PER_SECOND)

    def on_phase(self, title: str, steps: int) -> None:
        """Start a bar."""
        self._task = self._progress.add_task(title, total=steps)

    def on_note(self, text: str) -> None:
        """Print above the bars."""
        self._console.note(text)

    def on_progress(self, step: int) -> None:
        """Move the bar."""
        if self._task is not None:
            self._progress.update(self._task, completed=step)

    def on_status(self, status: Status) -> None:
        """Move the bar and rewrite the table."""
        self.on_progress(status.step)
        self.live.update(Group(self._progress, _status_table(status)))


class PlainScreen(Observer):
    """Occasional lines of text, for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._every = 1
        self._steps = 0
        self._title = ""
        self._first: tuple[float, int] | None = None
        self._said = 0.0

    def on_phase(self, title: str, steps: int) -> None:
        """Begin a phase; its progress is written under its title."""
        self._title, self._steps = title, steps
        self._every = max(1, steps // PLAIN_LINES)
        self._first = None

    def on_note(self, text: str) -> None:
        """Write the note."""
        self._console.note(text)

    def on_progress(self, step: int) -> None:
        """Write a line when the phase is done, and occasionally before that with the rate."""
        now = time.monotonic()
        if step == self._steps:
            self._print(f"{self._title}: {step} of {step} done")
        elif self._first is None:
            self._first, self._said = (now, step), now
        elif now - self._said >= PLAIN_SECONDS:
            began, before = self._first
            rate = max(1, step - before) / (now - began)
            left = (self._steps - step) / rate
            self._said = now
            self._print(
                f"{self._title}: {step} of {self._steps}, {_pace(rate)}, about {left:,.0f} s left"
            )

    def on_status(self, status: Status) -> None:
        """Write a line at every twentieth of the run."""
        if status.step % self._every == 0 or status.step == status.steps:
            numbers = ", ".join(f"{name} {value}" for name, value in _numbers(status))
            place = f"generation {status.step}/{status.steps}"
            self._print(f"{place}: {numbers}, won {_winner(status)}")

    def _print(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


def _status_table(status: Status) -> Group:
    table = Table.grid(padding=(0, 2))
    numbers = _numbers(status)
    for start in range(0, len(numbers), 4):
        shown = numbers[start : start + 4]
        table.add_row(*(Text.assemble((name, "dim"), " ", value) for name, value in shown))
    return Group(table, Text(f"won {_winner(status)}"))


def _winner(status: Status) -> str:
    """Name the mutation of the last best offspring and each one's share of wins so far."""
    wins = sum(status.wins.values()) or 1
    shares = " ".join(f"{name} {count / wins:.0%}" for name, count in sorted(status.wins.items()))
    return f"{status.winner or 'none'} ({shares})"


def _numbers(status: Status) -> list[tuple[str, str]]:
    acsa, smallest = (
        "-" if each is None else f"{each:.1%}"
        for each in (status.validation_acsa, status.validation_smallest)
    )
    numbers = [
        ("validation ACSA", acsa),
        ("rarest class", smallest),
        ("left", f"{status.seconds_left:.0f} s"),
        ("T", f"{status.temperature:.3g}"),
        ("quality", f"{status.quality:.3f}"),
        ("diversity", f"{status.diversity:.3f}"),
        ("accepted", f"{status.acceptance_rate:.0%}"),
        ("images/s", f"{status.images_per_second:.0f}"),
    ]
    if status.failures:
        numbers.append(("failed offspring", str(status.failures)))
    return numbers


def _pace(rate: float) -> str:
    """Return how fast a phase is, given its steps per second."""
    return f"{rate:,.0f} per second" if rate >= 1 else f"{1 / rate:,.0f} s each"
